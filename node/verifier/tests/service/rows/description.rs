//! The description of the API, held against a server that runs.

use std::collections::BTreeSet;

use chainflix_primitives::api::Request;
use codec::Encode;
use jsonrpsee::{
    core::{ClientError, client::ClientT, params::ArrayParams},
    ws_client::WsClient,
};
use serde_json::{Value, json};

use super::plays::{paid_blocks, request, signed};
use super::{heartbeats, missing};
use crate::net::Net;
use crate::viewer::Viewer;

/// Where a value differs from a schema of `document`, if it does. Knows the words of JSON Schema that the description uses,
/// and no others.
pub(super) fn difference(
    document: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
) -> Option<String> {
    let wrong = |what: &str| Some(format!("{at}: {what}: {value}"));
    for (word, rule) in schema.as_object().expect("a schema") {
        let found = match (word.as_str(), rule) {
            ("$ref", Value::String(to)) => {
                let to = document.pointer(to.trim_start_matches('#'));
                difference(document, to.expect("a schema"), value, at)
            }
            ("type", Value::String(of)) => {
                let is = match of.as_str() {
                    "string" => value.is_string(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                };
                (!is).then(|| format!("{at}: no {of}: {value}"))
            }
            ("const", only) => (only != value).then(|| format!("{at}: not {only}: {value}")),
            ("oneOf", Value::Array(schemas)) => {
                let fits = |schema| difference(document, schema, value, at).is_none();
                let fitting = schemas.iter().filter(|schema| fits(schema)).count();
                (fitting != 1).then(|| format!("{at}: fits {fitting} of the schemas: {value}"))
            }
            ("pattern", Value::String(pattern)) => {
                (!matches(pattern, value.as_str().unwrap_or_default()))
                    .then(|| format!("{at}: not {pattern}: {value}"))
            }
            ("minimum", _) if value.as_u64().is_none() => wrong("below the minimum"),
            ("maximum", most) if value.as_u64() > most.as_u64() => wrong("above the maximum"),
            ("properties", Value::Object(properties)) => value.as_object().and_then(|fields| {
                fields
                    .iter()
                    .find_map(|(name, field)| match properties.get(name) {
                        Some(schema) => {
                            difference(document, schema, field, &format!("{at}.{name}"))
                        }
                        None => Some(format!("{at}.{name} is not described")),
                    })
            }),
            ("required", Value::Array(names)) => names.iter().find_map(|name| {
                let name = name.as_str().expect("a name");
                value
                    .get(name)
                    .is_none()
                    .then(|| format!("{at}.{name} is missing"))
            }),
            ("items", schema) => value.as_array().and_then(|items| {
                let mut items = items.iter();
                items.find_map(|item| difference(document, schema, item, &format!("{at}[]")))
            }),
            ("description" | "minimum" | "maximum" | "additionalProperties", _) => None,
            (other, _) => panic!("{at}: {other} is not looked at"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The patterns of the description: hex of some length, hex, decimal.
fn matches(pattern: &str, text: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    match inner.split_once(']').expect("a class") {
        ("[0-9a-f", "*") => text.chars().all(is_hex),
        ("[0-9", "+") => !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()),
        ("[0-9a-f", length) => {
            let digits: usize = length.trim_matches(['{', '}']).parse().expect("a length");
            text.len() == digits && text.chars().all(is_hex)
        }
        _ => panic!("{pattern} is not looked at"),
    }
}

async fn call(client: &WsClient, method: &str, params: &[Value]) -> Result<Value, ClientError> {
    let mut array = ArrayParams::new();
    for param in params {
        array.insert(param).expect("JSON");
    }
    client.request(method, array).await
}

/// Whether an error that came is among those that the description gives a method.
fn is_described(document: &Value, method: &Value, error: &ClientError) -> bool {
    let ClientError::Call(error) = error else {
        return false;
    };
    let described = method["errors"].as_array().expect("errors");
    described.iter().any(|described| {
        let to = described["$ref"].as_str().expect("a reference");
        let known = document
            .pointer(to.trim_start_matches('#'))
            .expect("an error");
        known["code"] == error.code()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_the_server_is_described_and_answers_as_described() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    // Watched a minute before the viewer watches one.
    let other = net.publish(2, 60_000);
    let absences = missing::an_asked_one(&mut net, &other, 0).await;
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(12).await;
    let client = net.client(0).await;
    let document = call(&client, "rpc.discover", &[]).await.expect("described");
    let methods = document["methods"].as_array().expect("methods");
    let described: BTreeSet<&str> = methods
        .iter()
        .map(|method| method["name"].as_str().expect("a name"))
        .collect();
    let service = net.nodes[0].service.as_ref().expect("it runs");
    let served: BTreeSet<&str> = service.api_methods().into_iter().collect();
    assert_eq!(served, described);

    let mut session = viewer.open(&net, 0).await;
    session.number = 1;
    let views = Request::Views { limit: 1 }.encode();
    let sealed = hex::encode(session.seal(&views));
    session.number = 2;
    let followed = hex::encode(session.seal(&views));
    let (opening, _) = viewer.opening(&net, 0);
    let account = hex::encode(viewer.account().0);
    let (round, root, _) = paid_blocks(&net)[0];
    let plays = signed(request(&net, 0, (round, root)), &net.controller);
    let sign = heartbeats::signed(heartbeats::sign(&net, 0, 0), &net.providers[0].peer);
    for method in methods {
        let name = method["name"].as_str().expect("a name");
        let params = match name {
            "verifier_info" | "rpc.discover" => vec![],
            "verifier_openSession" => vec![json!(hex::encode(opening.encode()))],
            "verifier_call" => vec![json!(session.id), json!(1), json!(sealed)],
            "verifier_claimProof" => vec![json!(account), Value::Null],
            "verifier_earnings" => vec![json!(account)],
            "verifier_providerKey" => vec![json!(0)],
            "verifier_plays" => vec![json!(plays)],
            "verifier_absences" => vec![json!(hex::encode(absences.encode()))],
            "verifier_signOfLife" => vec![json!(sign)],
            "verifier_subscribeViews" => vec![json!(session.id), json!(2), json!(followed)],
            "verifier_subscribeRounds" => vec![json!(0)],
            "verifier_unsubscribeViews" | "verifier_unsubscribeRounds" => vec![json!(7)],
            other => panic!("how is {other} called?"),
        };
        let described = method["params"].as_array().expect("params");
        assert_eq!(params.len(), described.len(), "{name}");
        for (given, param) in params.iter().zip(described) {
            let is_left_out = given.is_null() && param["required"] == false;
            let wrong = difference(&document, &param["schema"], given, name);
            assert!(is_left_out || wrong.is_none(), "{wrong:?}");
        }
        // A session's own messages go through its own connection; everything else through a fresh one.
        let answer = call(&client, name, &params).await;
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        let wrong = difference(&document, &method["result"]["schema"], &answer, name);
        assert_eq!(wrong, None);
        if name.starts_with("verifier_unsubscribe") {
            assert_eq!(answer, false, "there is no such subscription");
        } else if !described.is_empty() {
            let strange = vec![json!("strange"); params.len()];
            let error = call(&client, name, &strange).await.expect_err("refused");
            assert!(is_described(&document, method, &error), "{name}: {error}");
        }
    }
    let stranger = ed25519_zebra::SigningKey::from([0xcc; 32]);
    let unsigned = signed(request(&net, 0, (round, root)), &stranger);
    let forged = heartbeats::signed(heartbeats::sign(&net, 0, 1), &stranger);
    let mut not_accepted = absences;
    not_accepted.ticket.index += 1;
    let not_accepted = hex::encode(not_accepted.encode());
    let nobody = [json!("00".repeat(32))];
    for (name, params) in [
        ("verifier_claimProof", &nobody[..]),
        ("verifier_providerKey", &[json!(99)][..]),
        ("verifier_plays", &[json!(unsigned)][..]),
        ("verifier_signOfLife", &[json!(forged)][..]),
        ("verifier_absences", &[json!(not_accepted)][..]),
    ] {
        let mut found = methods.iter().filter(|method| method["name"] == name);
        let method = found.next().expect("described");
        let error = call(&client, name, params)
            .await
            .expect_err("there is none");
        assert!(is_described(&document, method, &error), "{name}: {error}");
    }
}
