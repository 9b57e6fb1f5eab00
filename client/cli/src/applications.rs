//! How a producer's application is told, to itself and to the supervisor that it applied to.

use std::fmt::Debug;

use chainflix_client::account;
use chainflix_client::chain::{Application, ApplicationState};
use serde_json::json;

/// An application as JSON: to whom, and where it stands.
pub(crate) fn application_json(application: &Application) -> serde_json::Value {
    let (state, round, reason) = match application.state {
        ApplicationState::Open { lapses } => ("open", lapses, None),
        ApplicationState::Refused { reason, round } => {
            ("refused", round, Some(reason_name(&reason)))
        }
    };
    json!({
        "supervisor": account::address(&application.supervisor),
        "dossier_sha256": hex::encode(application.dossier_hash),
        "state": state,
        "round": round,
        "reason": reason,
    })
}

/// Where an application stands, in words.
pub(crate) fn application_words(application: &Application) -> String {
    let supervisor = account::address(&application.supervisor);
    match application.state {
        ApplicationState::Open { lapses } => {
            format!("its application to {supervisor} is open until round {lapses}")
        }
        ApplicationState::Refused { reason, round } => format!(
            "{supervisor} refused its application in round {round}: {}",
            reason_name(&reason)
        ),
    }
}

/// A reason as it is written on the command line: its name in words with hyphens.
pub(crate) fn reason_name(reason: &impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{reason:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use chainflix_client::chain::RefusalReason;
    use chainflix_primitives::AccountId;

    use super::*;

    #[test]
    fn where_an_application_stands_is_said_with_round_and_reason() {
        let mut application = Application {
            supervisor: AccountId([1; 32]),
            dossier_hash: [2; 32],
            state: ApplicationState::Open { lapses: 7 },
            deposit: 0,
        };
        assert!(application_words(&application).contains("open until round 7"));
        application.state = ApplicationState::Refused {
            reason: RefusalReason::RightsNotShown,
            round: 9,
        };
        let said = application_words(&application);
        assert!(said.contains("in round 9: rights-not-shown"), "{said}");
        assert_eq!(application_json(&application)["reason"], "rights-not-shown");
    }
}
