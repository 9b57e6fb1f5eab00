//! Who may publish what.

use crate::{
    Error, Event, Pallet, Uploads, Videos as Records,
    mock::{
        Approved, CFX, NewestEpoch, Now, RuntimeEvent, System, Test, Videos, draft, other_producer,
        producer, run, stranger, supervisor,
    },
};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, ids::UploadId, ratio::MiningRatio, registry::VideoRegistry,
    window,
};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_published_video_keeps_what_was_registered_and_counts_from_two_rounds_later() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let terms = Videos::video(Magnet([1; 32])).expect("it is registered");
        assert_eq!(terms.producer, RawAccount(producer().into()));
        assert_eq!(terms.supervisor, RawAccount(supervisor().into()));
        assert_eq!(terms.title.to_vec(), b"Sintel");
        assert_eq!(terms.total_playtime_ms, 888_000);
        assert_eq!(terms.manifest_root, [7; 32]);
        assert_eq!(terms.ratio, MiningRatio::whitepaper());
        assert_eq!(terms.upload_id, UploadId([1; 16]));
        assert_eq!(terms.from_round, 1_002);
        System::assert_last_event(RuntimeEvent::Videos(Event::VideoPublished {
            magnet: Magnet([1; 32]),
            producer: producer(),
            from_round: 1_002,
        }));
    });
}

#[test]
fn other_pallets_read_the_same_terms_through_the_registry_trait() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let magnet = Magnet([1; 32]);
        assert_eq!(
            <Pallet<Test> as VideoRegistry>::terms(&magnet),
            Videos::video(magnet)
        );
        assert_eq!(
            <Pallet<Test> as VideoRegistry>::terms(&Magnet([2; 32])),
            None
        );
    });
}

#[test]
fn only_an_eligible_producer_publishes() {
    run(|| {
        assert_noop!(draft(1).publish(stranger()), Error::<Test>::NotEligible);
        Approved::set(vec![]);
        assert_noop!(draft(1).publish(producer()), Error::<Test>::NotEligible);
    });
}

#[test]
fn a_published_video_stays_when_its_producer_is_no_longer_eligible() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let before = Videos::video(Magnet([1; 32]));
        Approved::set(vec![]);
        Now::set(5_000);
        assert_eq!(Videos::video(Magnet([1; 32])), before);
        assert!(Videos::video_state(Magnet([1; 32]), 5_000).is_some());
    });
}

#[test]
fn a_magnet_is_registered_once_whoever_tries_again() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let mut again = draft(1);
        again.upload_id = UploadId([2; 16]);
        assert_noop!(
            again.clone().publish(producer()),
            Error::<Test>::AlreadyPublished
        );
        assert_noop!(
            again.publish(other_producer()),
            Error::<Test>::AlreadyPublished
        );
    });
}

#[test]
fn d6_an_upload_id_used_twice_is_refused_whoever_uses_it() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let mut second = draft(2);
        second.upload_id = UploadId([1; 16]);
        assert_noop!(
            second.clone().publish(producer()),
            Error::<Test>::UploadUsed
        );
        assert_noop!(second.publish(other_producer()), Error::<Test>::UploadUsed);
    });
}

#[test]
fn w3_a_playtime_of_zero_or_of_more_than_a_day_is_refused() {
    run(|| {
        let day = 24 * 60 * 60 * 1_000;
        for playtime in [0, day + 1, u32::MAX] {
            let mut video = draft(1);
            video.total_playtime_ms = playtime;
            assert_noop!(video.publish(producer()), Error::<Test>::InvalidPlaytime);
        }
        for (seed, playtime) in [(1, 1), (2, 60_000), (3, 60_001), (4, day)] {
            let mut video = draft(seed);
            video.total_playtime_ms = playtime;
            assert_ok!(video.publish(producer()));
        }
    });
}

#[test]
fn w3_no_registered_video_has_a_cell_of_zero_or_more_than_sixty_seconds() {
    run(|| {
        for (seed, playtime) in [(1, 1), (2, 59_999), (3, 60_000), (4, 60_001), (5, 137_000)] {
            let mut video = draft(seed);
            video.total_playtime_ms = playtime;
            assert_ok!(video.publish(producer()));
        }
        for record in Records::<Test>::iter_values() {
            let total = record.terms.total_playtime_ms;
            let cells = window::cell_count(total).expect("a registered video has cells");
            let playtimes: Vec<u32> = (0..cells)
                .map(|index| window::cell_playtime(total, index).expect("each cell has a playtime"))
                .collect();
            assert!(
                playtimes
                    .iter()
                    .all(|playtime| (1..=60_000).contains(playtime))
            );
            assert_eq!(playtimes.iter().sum::<u32>(), total);
            assert_eq!(window::cell_playtime(total, cells), None);
        }
    });
}

#[test]
fn a_title_that_is_empty_or_not_utf8_is_refused() {
    run(|| {
        for title in [vec![], vec![0xff, 0xfe]] {
            let mut video = draft(1);
            video.title = title;
            assert_noop!(video.publish(producer()), Error::<Test>::InvalidTitle);
        }
        let mut video = draft(1);
        video.title = "기생충 – パラサイト".as_bytes().to_vec();
        assert_ok!(video.publish(producer()));
    });
}

#[test]
fn q1_a_title_one_byte_over_its_bound_does_not_decode() {
    use codec::{Decode, Encode};
    assert!(crate::Title::decode(&mut &vec![b'a'; 129].encode()[..]).is_err());
    assert!(crate::Title::decode(&mut &vec![b'a'; 128].encode()[..]).is_ok());
}

#[test]
fn the_number_of_renditions_is_one_to_eight() {
    run(|| {
        for (seed, renditions) in [(1, 0), (2, 9), (3, 255)] {
            let mut video = draft(seed);
            video.renditions = renditions;
            assert_noop!(video.publish(producer()), Error::<Test>::InvalidRenditions);
        }
        let mut video = draft(1);
        video.renditions = 8;
        assert_ok!(video.publish(producer()));
    });
}

#[test]
fn a_ratio_is_refused_with_the_rule_that_it_breaks() {
    let whole = MiningRatio::whitepaper();
    let cases = [
        (
            MiningRatio {
                producer: whole.producer + 1,
                ..whole
            },
            Error::<Test>::RatioSumNotWhole,
        ),
        (
            MiningRatio {
                producer: 600_001,
                viewer: 99_999,
                ..whole
            },
            Error::<Test>::RatioViewerBelowMinimum,
        ),
        (
            MiningRatio {
                producer: 500_000,
                storage: 30_000,
                ..whole
            },
            Error::<Test>::RatioChainShareChanged,
        ),
        (
            MiningRatio {
                producer: 420_000,
                supervisor: 0,
                ..whole
            },
            Error::<Test>::RatioChainShareChanged,
        ),
    ];
    run(|| {
        for (ratio, error) in cases {
            let mut video = draft(1);
            video.ratio = ratio;
            assert_noop!(video.publish(producer()), error);
        }
        let mut video = draft(1);
        video.ratio = MiningRatio {
            producer: 650_000,
            viewer: 100_000,
            enhancers: 0,
            ..whole
        };
        assert_ok!(video.publish(producer()));
    });
}

#[test]
fn d5_an_older_key_epoch_takes_no_new_videos() {
    run(|| {
        NewestEpoch::set(1);
        assert_noop!(
            draft(1).publish(producer()),
            Error::<Test>::KeyEpochNotInForce
        );
        let mut video = draft(1);
        video.key_epoch = 1;
        assert_ok!(video.publish(producer()));
    });
}

#[test]
fn a_key_epoch_without_secret_in_force_is_refused() {
    run(|| {
        let mut video = draft(1);
        video.key_epoch = 1;
        assert_noop!(video.publish(producer()), Error::<Test>::KeyEpochNotInForce);
    });
}

#[test]
fn who_cannot_pay_the_deposit_publishes_nothing_and_uses_up_no_upload_id() {
    run(|| {
        Approved::mutate(|approved| approved.push(poor()));
        frame_support::assert_ok!(
            <crate::mock::Balances as frame_support::traits::fungible::Mutate<_>>::mint_into(
                &poor(),
                CFX / 10,
            )
        );
        assert!(draft(1).publish(poor()).is_err());
        assert_eq!(Uploads::<Test>::iter().count(), 0);
        assert_ok!(draft(1).publish(producer()));
    });
}

fn poor() -> crate::mock::AccountId {
    crate::mock::AccountId::new([77; 32])
}

#[test]
fn publishing_at_the_end_of_time_is_refused() {
    run(|| {
        Now::set(u32::MAX - 1);
        assert_noop!(draft(1).publish(producer()), Error::<Test>::Overflow);
    });
}
