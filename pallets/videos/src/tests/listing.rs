//! The videos of a producer.

use crate::{
    MAX_PAGE,
    mock::{Now, RECORD_ROUNDS, RuntimeOrigin, Videos, draft, other_producer, producer, run},
};
use chainflix_primitives::Magnet;
use frame_support::assert_ok;

#[test]
fn a_producers_videos_are_listed_in_order_and_apart_from_others() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        assert_ok!(draft(2).publish(other_producer()));
        assert_ok!(draft(3).publish(producer()));
        let listed = Videos::videos_of(producer(), 0, 10);
        assert_eq!(listed, vec![(0, Magnet([1; 32])), (1, Magnet([3; 32]))]);
        assert_eq!(
            Videos::videos_of(other_producer(), 0, 10),
            vec![(0, Magnet([2; 32]))]
        );
        assert_eq!(Videos::published_count(producer()), 2);
    });
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    run(|| {
        for seed in 1..=7 {
            assert_ok!(draft(seed).publish(producer()));
        }
        let first = Videos::videos_of(producer(), 0, 3);
        let second = Videos::videos_of(producer(), 3, 3);
        let third = Videos::videos_of(producer(), 6, 3);
        let all: Vec<_> = [first, second, third].concat();
        assert_eq!(all, Videos::videos_of(producer(), 0, MAX_PAGE));
        assert_eq!(all.len(), 7);
        assert_eq!(Videos::videos_of(producer(), u32::MAX, u32::MAX), vec![]);
    });
}

#[test]
fn a_removed_video_leaves_a_gap_and_its_number_is_not_given_again() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        assert_ok!(draft(2).publish(producer()));
        Now::set(1_002);
        assert_ok!(Videos::withdraw(
            RuntimeOrigin::signed(producer()),
            Magnet([1; 32])
        ));
        Now::set(1_004 + RECORD_ROUNDS);
        assert_ok!(Videos::remove(
            RuntimeOrigin::signed(producer()),
            Magnet([1; 32])
        ));
        assert_ok!(draft(3).publish(producer()));
        let listed = Videos::videos_of(producer(), 0, 10);
        assert_eq!(listed, vec![(1, Magnet([2; 32])), (2, Magnet([3; 32]))]);
    });
}

#[test]
fn q1_one_page_looks_at_a_hundred_numbers_at_most() {
    run(|| {
        for seed in 1..=120 {
            assert_ok!(draft(seed).publish(producer()));
        }
        assert_eq!(
            Videos::videos_of(producer(), 0, u32::MAX).len(),
            MAX_PAGE as usize
        );
        assert_eq!(Videos::videos_of(producer(), MAX_PAGE, u32::MAX).len(), 20);
    });
}
