//! What verifiers announce of themselves.

use crate::{
    Call, Event, Pallet,
    mock::{Authorities, RuntimeEvent, RuntimeOrigin, System, Test, run, sign, submit, verifier},
};
use chainflix_primitives::{Signature64, duty, registry::VerifierAnnouncement};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{
    DispatchError,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// An announcement with this endpoint.
fn announcement(endpoint: &str) -> VerifierAnnouncement {
    VerifierAnnouncement {
        endpoint: endpoint
            .as_bytes()
            .to_vec()
            .try_into()
            .expect("an endpoint that fits"),
        network_key: [1; 32],
        exchange_key: [2; 32],
        service_key: [3; 32],
    }
}

/// The call of verifier `number`, signed by its key.
fn call(number: u8, announcement: &VerifierAnnouncement, sequence: u32) -> Call<Test> {
    let payload = Pallet::<Test>::announcement_payload(&verifier(number), announcement, sequence);
    with_signature(number, announcement, sequence, sign(number, &payload))
}

fn with_signature(
    number: u8,
    announcement: &VerifierAnnouncement,
    sequence: u32,
    signature: Signature64,
) -> Call<Test> {
    Call::announce {
        announcement: announcement.clone(),
        verifier: verifier(number),
        sequence,
        signature,
    }
}

fn invalid(error: InvalidTransaction) -> Result<(), TransactionValidityError> {
    Err(error.into())
}

#[test]
fn a_verifier_announces_itself_and_everybody_reads_it() {
    run(|| {
        let first = announcement("ws://127.0.0.1:9980");
        assert_eq!(submit(call(2, &first, 0)), Ok(()));
        assert_eq!(Authorities::announcement(verifier(2)), Some(first.clone()));
        assert_eq!(Authorities::announcement(verifier(1)), None);
        assert_eq!(submit(call(1, &first, 0)), Ok(()));
        let all = Authorities::announcements();
        assert_eq!(
            all,
            vec![(verifier(1), first.clone()), (verifier(2), first)]
        );
        System::assert_last_event(RuntimeEvent::Authorities(Event::VerifierAnnounced {
            verifier: verifier(1),
        }));
    });
}

#[test]
fn a_changed_announcement_takes_the_place_of_the_last() {
    run(|| {
        assert_eq!(submit(call(2, &announcement("ws://a:1"), 0)), Ok(()));
        assert_eq!(submit(call(2, &announcement("wss://b:2"), 1)), Ok(()));
        assert_eq!(
            Authorities::announcement(verifier(2)),
            Some(announcement("wss://b:2"))
        );
    });
}

#[test]
fn an_announcement_that_changes_nothing_is_refused() {
    run(|| {
        let same = announcement("ws://a:1");
        assert_eq!(submit(call(2, &same, 0)), Ok(()));
        assert_eq!(
            submit(call(2, &same, 1)),
            invalid(InvalidTransaction::Stale)
        );
    });
}

#[test]
fn r1_an_old_announcement_played_again_is_refused() {
    run(|| {
        let old = call(2, &announcement("ws://a:1"), 0);
        assert_eq!(submit(old.clone()), Ok(()));
        assert_eq!(submit(call(2, &announcement("ws://b:2"), 1)), Ok(()));
        assert_eq!(submit(old), invalid(InvalidTransaction::Custom(2)));
        assert_eq!(
            Authorities::announcement(verifier(2)),
            Some(announcement("ws://b:2"))
        );
    });
}

#[test]
fn a_signature_counts_for_its_verifier_its_content_and_its_place_only() {
    run(|| {
        let content = announcement("ws://a:1");
        let payload = Pallet::<Test>::announcement_payload(&verifier(2), &content, 0);
        let signature = sign(2, &payload);
        let bad_proof = || invalid(InvalidTransaction::BadProof);
        let other = announcement("ws://b:2");
        assert_eq!(
            submit(with_signature(1, &content, 0, signature)),
            bad_proof()
        );
        assert_eq!(submit(with_signature(2, &other, 0, signature)), bad_proof());
        assert_eq!(
            submit(with_signature(2, &content, 0, sign(1, &payload))),
            bad_proof()
        );
        assert_eq!(
            submit(with_signature(2, &content, 0, Signature64([0; 64]))),
            bad_proof()
        );
        assert_eq!(submit(with_signature(2, &content, 0, signature)), Ok(()));
        assert_eq!(
            submit(with_signature(2, &other, 1, signature)),
            bad_proof(),
            "made for the first announcement"
        );
    });
}

#[test]
fn r3_an_announcement_signed_for_another_chain_is_refused() {
    run(|| {
        let content = announcement("ws://a:1");
        let raw = chainflix_primitives::AccountId([2; 32]);
        let mut payload = duty::announcement_payload(&[0xab; 32], &raw, &content);
        0u32.encode_to(&mut payload);
        let foreign = with_signature(2, &content, 0, sign(2, &payload));
        assert_eq!(submit(foreign), invalid(InvalidTransaction::BadProof));
    });
}

#[test]
fn who_is_no_verifier_announces_nothing() {
    run(|| {
        let outsider = call(9, &announcement("ws://a:1"), 0);
        assert_eq!(submit(outsider), invalid(InvalidTransaction::BadSigner));
    });
}

#[test]
fn an_endpoint_that_is_no_websocket_url_is_refused() {
    run(|| {
        for bad in [
            "",
            "ws://",
            "http://a:1",
            "127.0.0.1:9980",
            "ws://a b",
            "ws://a\u{7f}",
        ] {
            let refused = submit(call(2, &announcement(bad), 0));
            assert_eq!(refused, invalid(InvalidTransaction::Custom(3)), "{bad:?}");
        }
    });
}

#[test]
fn nobody_makes_the_call_without_its_being_authorized() {
    run(|| {
        let content = announcement("ws://a:1");
        let payload = Pallet::<Test>::announcement_payload(&verifier(2), &content, 0);
        let signature = sign(2, &payload);
        for origin in [
            RuntimeOrigin::signed(verifier(2)),
            RuntimeOrigin::root(),
            RuntimeOrigin::none(),
        ] {
            assert_noop!(
                Authorities::announce(origin, content.clone(), verifier(2), 0, signature),
                DispatchError::BadOrigin
            );
        }
        assert_ok!(Authorities::announce(
            frame_system::RawOrigin::Authorized.into(),
            content,
            verifier(2),
            0,
            signature
        ));
    });
}
