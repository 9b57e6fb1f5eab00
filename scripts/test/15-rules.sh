#!/usr/bin/env bash
# house rules that need no build: lock files, scripts, what must not be in the sources
# Limit: 120 s
set -uo pipefail
source scripts/env.sh

BROKEN=0
# rule SENTENCE OFFENCES: fails with the sentence if there are any offences.
rule() {
    if [[ -n $2 ]]; then
        printf 'broken rule: %s\n%s\n' "$1" "    ${2//$'\n'/$'\n'    }"
        BROKEN=1
    fi
}

sources() { git ls-files --cached --others --exclude-standard -- "$@"; }
[[ -n $(sources '*.rs') ]] || fail "no sources found: the rules are checked on the files that git knows"
in_sources() {
    local pattern=$1
    shift
    sources "$@" | xargs -r grep -nEI "$pattern" --
}

rule "nothing unfinished: no TODO, FIXME, todo!, unimplemented!, ignored tests or allowed dead code" \
    "$(in_sources '\b(TODO|FIXME|XXX)\b|todo!\(|unimplemented!\(|#\[ignore|allow\(dead_code' '*.rs' '*.js' '*.mjs' '*.html' '*.css')"

rule "npm lock files name versions and hashes, not where they were downloaded" \
    "$(in_sources '"resolved":' '*package-lock.json')"

rule "crates come from crates.io, none from a git repository" \
    "$(in_sources 'source = "git\+' Cargo.lock)"

rule "every script and test phase is executable" \
    "$(sources 'scripts/*.sh' 'zombienet/*.sh' .ci/run | grep -vE '^scripts/(env|processes|network)\.sh$' | while read -r file; do [[ -x $file ]] || say "$file"; done)"

rule "every script is valid shell" \
    "$(sources 'scripts/*.sh' 'zombienet/*.sh' .ci/run | while read -r file; do bash -n "$file" 2>&1; done)"

# shellcheck disable=SC2016 # the backticks are Markdown's
rule "every test that docs/security.md names exists" \
    "$(grep -oE '`[a-z][a-z0-9]*(_[a-z0-9]+){3,}`' docs/security.md | tr -d '`' | sort -u |
        while read -r name; do grep -rqF "fn $name(" --include='*.rs' client node pallets runtime || say "$name"; done)"

# Links in documents to files that are not there.
dead_links() {
    local file target
    sources '*.md' | while read -r file; do
        grep -oE '\]\([^)# ]+' "$file" | cut -c3- | grep -vE '^[a-z]+:' | while read -r target; do
            [[ -e $(dirname "$file")/$target ]] || say "$file: $target"
        done
    done
}
rule "every file that a document links to exists" "$(dead_links)"

rule "docs/README.md names every page and every decision" \
    "$(sources 'docs/*.md' | while read -r file; do
        [[ $file == docs/README.md ]] || grep -qF "(${file#docs/})" docs/README.md || say "$file"
    done)"

rule "a test phase states its limit" \
    "$(grep -L '^# Limit: [0-9]* s' scripts/test/[0-9]*.sh)"

# unit_faults FILE: what is wrong with a unit. The program that it starts need not be installed here.
unit_faults() {
    local copy status=0 words
    copy=$(mktemp -d)
    sed 's#^ExecStart=/usr/local/bin/chainflix#ExecStart=/bin/true#' "$1" >"$copy/${1##*/}"
    words=$(systemd-analyze verify "$copy/${1##*/}" 2>&1) || status=1
    systemd-analyze security --offline=true --threshold=20 "$copy/${1##*/}" >/dev/null 2>&1 || words+=" its exposure is above 2"
    rm -rf "$copy"
    [[ $status -eq 0 && -z $words ]] || say "$1: $words"
}
if command -v systemd-analyze >/dev/null; then
    rule "units of services are valid and expose little" \
        "$(sources 'packaging/systemd/*.service' | while read -r file; do unit_faults "$file"; done)"
else
    say "systemd-analyze is not installed: units of services were not checked"
fi

if command -v shellcheck >/dev/null; then
    rule "shellcheck finds nothing in the scripts" "$(sources 'scripts/*.sh' 'zombienet/*.sh' .ci/run | xargs shellcheck 2>&1)"
else
    say "shellcheck is not installed: scripts were only parsed"
fi

[[ $BROKEN -eq 0 ]] && say "all rules hold"
exit "$BROKEN"
