//! Copies that are made anew: in which order, how many at a time, and what becomes of orders that come to nothing.

use std::collections::BTreeMap;

use super::*;

/// Another video, of one cell, held by `copies` nodes from `from` on.
fn video(fleet: &mut Fleet, name: u8, from: usize, copies: usize) -> CellRef {
    let video = Magnet([name; 32]);
    let known = KnownManifest {
        manifest: Arc::new(manifest(AccountId([1; 32]), 1)),
        encoded: Arc::from([]),
    };
    fleet.directory.add_video(video, known).unwrap();
    for node in from..from + copies {
        fleet.take_in(node, cell(video, 0));
    }
    fleet.directory.registered(&video, Registration::Active);
    cell(video, 0)
}

/// Lets time pass in which nothing is ordered.
fn idle(fleet: &mut Fleet, seconds: u64) {
    for second in 0..seconds {
        fleet.second(second);
    }
}

fn ask(fleet: &mut Fleet, cell: CellRef, times: u32) {
    for _ in 0..times {
        fleet
            .directory
            .sources(cell, 4, &Viewer::default())
            .unwrap();
    }
}

#[test]
fn the_last_copy_comes_before_a_crowd_and_that_before_what_is_short_and_that_before_what_is_useful()
{
    let mut fleet = Fleet::new(60, 200);
    // Their names don't put them into this order.
    let useful = video(&mut fleet, 10, 1, 3);
    let short = video(&mut fleet, 11, 10, 2);
    let crowd = video(&mut fleet, 12, 20, 3);
    let last = video(&mut fleet, 13, 30, 1);
    for second in 0..1_200 {
        if second % 60 == 0 {
            let cell = useful;
            fleet.directory.verified(&[Plays { cell, plays: 600 }]);
        }
        fleet.second(second);
    }
    ask(&mut fleet, crowd, 400);
    for node in 20..23 {
        fleet.streams[node] = vec![Serving {
            cell: crowd,
            streams: 100,
        }];
    }
    idle(&mut fleet, 12);
    let ordered: Vec<CellRef> = fleet.directory.repairs().iter().map(|r| r.cell).collect();
    let place = |cell| ordered.iter().position(|ordered| *ordered == cell);
    let places = [last, crowd, short, useful].map(place);
    assert!(
        places.iter().all(Option::is_some),
        "{places:?} in {ordered:?}"
    );
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn no_more_copies_are_ordered_at_a_time_than_may_be_and_no_node_has_more_than_eight_on_their_way() {
    let mut fleet = Fleet::new(44, 1_000);
    for name in 20..=250 {
        video(&mut fleet, name, usize::from(name) % 42, 1);
    }
    idle(&mut fleet, 6);
    let mut coming: BTreeMap<u32, usize> = BTreeMap::new();
    for _ in 0..80 {
        let repairs = fleet.directory.repairs();
        // One for every four nodes, although each of these cells lacks two copies.
        assert!(repairs.len() <= 11, "{}", repairs.len());
        for repair in repairs {
            *coming.entry(repair.order.peer.provider).or_default() += 1;
        }
    }
    // All together lack more than the nodes may take in at a time.
    assert_eq!(coming.values().max(), Some(&8), "{coming:?}");
}

#[test]
fn a_copy_that_failed_is_ordered_of_another_node_and_what_else_the_node_was_told_stands() {
    let mut fleet = Fleet::new(8, 100);
    for name in 30..60 {
        video(&mut fleet, name, 1, 2);
    }
    idle(&mut fleet, 6);
    let mut told: BTreeMap<u32, Vec<(u64, CellRef)>> = BTreeMap::new();
    let mut id = 0;
    for _ in 0..6 {
        for repair in fleet.directory.repairs() {
            id += 1;
            let provider = repair.order.peer.provider;
            fleet.directory.ordered(provider, repair.cell, id);
            told.entry(provider).or_default().push((id, repair.cell));
        }
    }
    let (&node, orders) = told.iter().max_by_key(|(_, orders)| orders.len()).unwrap();
    let (failed, cell) = orders[0];
    assert!(orders.len() > 1, "{told:?}");
    let coming = fleet.directory.overview().coming;
    fleet.directory.command_failed(node, failed);
    assert_eq!(fleet.directory.overview().coming, coming - 1);
    assert_eq!(fleet.directory.node(node).unwrap().failures, 1);
    // Told twice, or of an order that was never given, it counts against the node and changes nothing else.
    fleet.directory.command_failed(node, failed);
    fleet.directory.command_failed(node, 123_456);
    assert_eq!(fleet.directory.overview().coming, coming - 1);
    let again: Vec<(u32, CellRef)> = (0..10)
        .flat_map(|_| fleet.directory.repairs())
        .map(|repair| (repair.order.peer.provider, repair.cell))
        .collect();
    let by: Vec<u32> = again
        .iter()
        .filter(|(_, ordered)| *ordered == cell)
        .map(|(by, _)| *by)
        .collect();
    assert!(by.len() == 1 && by[0] != node, "{by:?}");
    for (_, other) in &orders[1..] {
        assert!(again.iter().all(|(_, ordered)| ordered != other));
    }
}

#[test]
fn an_order_that_is_lost_or_never_ends_or_whose_node_is_missed_does_not_hold_up_the_copy() {
    let mut fleet = Fleet::new(3, 100);
    let last = video(&mut fleet, 20, 1, 1);
    idle(&mut fleet, 6);
    let ordered = |fleet: &mut Fleet| {
        let repairs = fleet.directory.repairs();
        repairs.iter().filter(|repair| repair.cell == last).count()
    };
    assert_eq!(ordered(&mut fleet), 2);
    assert_eq!(ordered(&mut fleet), 0, "both are on their way");
    // One order did not get through.
    fleet.directory.undelivered(0, &last);
    assert_eq!(ordered(&mut fleet), 1);
    // A node says that it has the cell, and does not show it.
    fleet.directory.ordered(0, last, 5);
    fleet.directory.command_done(0, 5);
    idle(&mut fleet, 14);
    assert_eq!(ordered(&mut fleet), 0);
    idle(&mut fleet, 2);
    assert_eq!(ordered(&mut fleet), 1);
    // The other one is missed after 15 s; it is back before its inventory would leave the index.
    fleet.up[2] = false;
    idle(&mut fleet, 16);
    fleet.up[2] = true;
    idle(&mut fleet, 6);
    assert_eq!(ordered(&mut fleet), 1);
    // A node that beats on and delivers nothing has two minutes.
    idle(&mut fleet, 90);
    assert_eq!(ordered(&mut fleet), 0);
    idle(&mut fleet, 34);
    assert_eq!(ordered(&mut fleet), 2);
}

/// What an attacker gets who runs a storage node that holds a cell and lies about how often it serves it, and who asks for
/// sources of that cell as often as that takes: the two together look like a crowd, which neither does alone.
#[test]
fn q2_a_lying_holder_with_fake_requests_moves_few_copies_and_for_ten_minutes_only() {
    let mut fleet = Fleet::new(40, 100);
    fleet.pass(30);
    let first = cell(VIDEO, 0);
    let liar = (0..40)
        .find(|node| fleet.held[*node].contains(&first))
        .unwrap();
    let attack = |fleet: &mut Fleet, minutes: u64| {
        let mut copies = 0;
        for _ in 0..minutes {
            ask(fleet, first, 2_000);
            fleet.streams[liar] = vec![Serving {
                cell: first,
                streams: 1_000_000,
            }];
            // That nothing was played is told, too.
            fleet.directory.verified(&[]);
            copies += fleet.pass(60).0.len();
            fleet.directory.take_entries();
        }
        copies
    };
    let copies = attack(&mut fleet, 11);
    println!("the attack made {copies} copies");
    assert!(copies > 0, "it is a crowd as far as anybody can see");
    // Each cell of the rendition on every node, at most: no node takes one in twice, and what is copied is that video's.
    assert!(copies <= (40 - 3) * usize::from(CELLS), "{copies}");
    // No verified plays followed: whatever it says, it is not believed for an hour.
    assert_eq!(attack(&mut fleet, 45), 0);
    for index in 0..CELLS {
        assert!(fleet.copies(&cell(VIDEO, index)) >= 3);
    }
}
