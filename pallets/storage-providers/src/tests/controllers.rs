//! Controllers.

use crate::{
    Error, MAX_CONTROLLERS,
    mock::{GENESIS_CONTROLLER, Now, RuntimeOrigin, StorageProviders, Test, owner, run},
};
use chainflix_primitives::registry::Endpoint;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn endpoint(url: &str) -> Endpoint {
    url.as_bytes().to_vec().try_into().expect("a URL that fits")
}

#[test]
fn the_controller_of_genesis_signs_sources_from_the_start() {
    run(|| {
        assert!(StorageProviders::is_controller(GENESIS_CONTROLLER));
        let controllers = StorageProviders::controllers();
        assert_eq!(controllers.len(), 1);
        assert_eq!(controllers[0].1.endpoint, endpoint("http://127.0.0.1:9900"));
    });
}

#[test]
fn only_the_controller_origin_registers_and_removes_controllers() {
    run(|| {
        let url = endpoint("https://controller.example");
        let origin = RuntimeOrigin::signed(owner());
        assert_noop!(
            StorageProviders::set_controller(origin.clone(), [1; 32], url.clone()),
            DispatchError::BadOrigin
        );
        assert_noop!(
            StorageProviders::remove_controller(origin, GENESIS_CONTROLLER),
            DispatchError::BadOrigin
        );
        assert_ok!(StorageProviders::set_controller(
            RuntimeOrigin::root(),
            [1; 32],
            url
        ));
        assert!(StorageProviders::is_controller([1; 32]));
        assert_ok!(StorageProviders::remove_controller(
            RuntimeOrigin::root(),
            [1; 32]
        ));
        assert!(!StorageProviders::is_controller([1; 32]));
        assert_noop!(
            StorageProviders::remove_controller(RuntimeOrigin::root(), [1; 32]),
            Error::<Test>::UnknownController
        );
    });
}

#[test]
fn a_controller_moves_to_another_endpoint_and_keeps_its_round_of_registration() {
    run(|| {
        let root = RuntimeOrigin::root;
        assert_ok!(StorageProviders::set_controller(
            root(),
            [1; 32],
            endpoint("http://a:1")
        ));
        Now::set(2_000);
        assert_ok!(StorageProviders::set_controller(
            root(),
            [1; 32],
            endpoint("http://b:2")
        ));
        let controllers = StorageProviders::controllers();
        let (_, moved) = controllers
            .iter()
            .find(|(key, _)| *key == [1; 32])
            .expect("registered");
        assert_eq!(
            (moved.endpoint.clone(), moved.since),
            (endpoint("http://b:2"), 1_000)
        );
    });
}

#[test]
fn an_endpoint_that_is_no_url_is_refused() {
    run(|| {
        for bad in [
            "",
            "http://",
            "ftp://a",
            "controller.example",
            "http://a b",
            "http://a\n",
        ] {
            assert_noop!(
                StorageProviders::set_controller(RuntimeOrigin::root(), [1; 32], endpoint(bad)),
                Error::<Test>::InvalidEndpoint
            );
        }
    });
}

#[test]
fn q1_there_are_no_more_controllers_than_allowed() {
    run(|| {
        for number in 1..MAX_CONTROLLERS {
            let key = [u8::try_from(number).expect("small"); 32];
            assert_ok!(StorageProviders::set_controller(
                RuntimeOrigin::root(),
                key,
                endpoint("http://a:1")
            ));
        }
        assert_noop!(
            StorageProviders::set_controller(
                RuntimeOrigin::root(),
                [0xff; 32],
                endpoint("http://a:1")
            ),
            Error::<Test>::TooManyControllers
        );
        assert_ok!(StorageProviders::set_controller(
            RuntimeOrigin::root(),
            GENESIS_CONTROLLER,
            endpoint("http://moved:1")
        ));
    });
}
