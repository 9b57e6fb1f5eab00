"""Keeps to headers that HTTP can carry: what no server's parser lets through never reaches the controller's own code."""
import schemathesis


@schemathesis.hook
def filter_headers(context, headers):
    return all(all(" " <= letter <= "~" for letter in str(value)) for value in (headers or {}).values())
