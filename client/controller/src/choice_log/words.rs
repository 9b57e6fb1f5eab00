//! Decisions in words, for people who ask why.

use chainflix_primitives::Magnet;

use super::entry::{CopiesDecision, Decision, Entry, PlacementDecision, SurplusDecision};
use crate::choice::Candidate;
use crate::copies;
use crate::placement::Site;
use crate::protocol::{CellRef, PathClass};

/// Nodes that are described one by one at most.
const DESCRIBED: usize = 6;

impl Entry {
    /// The cell that it is about; the first one of a rendition for the number of its copies.
    #[must_use]
    pub fn cell(&self) -> CellRef {
        match self {
            Self::Sources(decision) => decision.cell,
            Self::Placement(decision) => decision.cell,
            Self::Copies(decision) => decision.cell,
            Self::Surplus(decision) => decision.cell,
        }
    }

    /// Its number: without gaps, so that nobody leaves out what does not suit him.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Sources(decision) => decision.number,
            Self::Placement(decision) => decision.number,
            Self::Copies(decision) => decision.number,
            Self::Surplus(decision) => decision.number,
        }
    }

    /// Whether it is about `video`.
    #[must_use]
    pub fn concerns(&self, video: &Magnet) -> bool {
        self.cell().video == *video
    }

    /// When it was made, ms since the Unix epoch.
    #[must_use]
    pub fn at_ms(&self) -> u64 {
        match self {
            Self::Sources(decision) => decision.at_ms,
            Self::Placement(decision) => decision.at_ms,
            Self::Copies(decision) => decision.at_ms,
            Self::Surplus(decision) => decision.at_ms,
        }
    }

    /// What was decided, and why, in a sentence or two.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Sources(decision) => sources(decision),
            Self::Placement(decision) => placement(decision),
            Self::Copies(decision) => number_of_copies(decision),
            Self::Surplus(decision) => surplus(decision),
        }
    }
}

fn place(cell: &CellRef) -> String {
    format!("minute {} of rendition {}", cell.cell, cell.rendition)
}

fn sources(decision: &Decision) -> String {
    let Decision {
        cell,
        candidates,
        wanted,
        chosen,
        ..
    } = decision;
    let described: Vec<String> = chosen
        .iter()
        .filter_map(|provider| candidates.iter().find(|c| c.provider == *provider))
        .map(candidate)
        .collect();
    let passed_over = candidates.len().saturating_sub(chosen.len());
    let rest = match passed_over {
        0 => "all that hold it".to_owned(),
        others => format!("{others} others that hold it are busier, or were not drawn"),
    };
    format!(
        "{} is served by {}: {rest}. At most {wanted} were to be named; of two drawn at random the less loaded one \
         is taken, and those with most room instead when they have too little.",
        place(cell),
        list(&described)
    )
}

fn candidate(candidate: &Candidate) -> String {
    let path = match candidate.path {
        PathClass::Direct => "reached directly",
        PathClass::Punched => "reached through its router",
        PathClass::Relayed => "reached over a relay",
    };
    let far = if candidate.far {
        ", in another region"
    } else {
        ""
    };
    let failures = match candidate.failures {
        0 => String::new(),
        failures => format!(", {failures} failures lately"),
    };
    let what = if candidate.shares { "viewer" } else { "node" };
    format!(
        "{what} {} ({} of its line busy, {path}{far}{failures})",
        candidate.provider,
        percent(candidate.load)
    )
}

fn placement(decision: &PlacementDecision) -> String {
    let PlacementDecision {
        cell,
        floor,
        copies,
        sites,
        holders,
        chosen,
        ..
    } = decision;
    let held = holders.len();
    if chosen.is_empty() {
        return format!(
            "{} has {held} of {copies} copies, and none of the {} nodes looked at can take it in.",
            place(cell),
            sites.len()
        );
    }
    let described: Vec<String> = chosen
        .iter()
        .filter_map(|provider| sites.iter().find(|site| site.provider == *provider))
        .map(site)
        .collect();
    let rule = if held < *floor {
        "the first copies go by free space, to different operators and regions, one to a node that is always on"
    } else {
        "copies beyond those always kept go where upload capacity is idle"
    };
    format!(
        "{} has {held} of {copies} copies, so it goes to {}, of {} nodes with space: {rule}.",
        place(cell),
        list(&described),
        sites.len()
    )
}

fn site(site: &Site) -> String {
    format!(
        "node {} ({}, {} GB free, {} of its line busy)",
        site.provider,
        String::from_utf8_lossy(&site.region),
        site.free_bytes / 1_000_000_000,
        percent(site.load)
    )
}

fn number_of_copies(decision: &CopiesDecision) -> String {
    let inputs = &decision.inputs;
    let rendition = decision.cell.rendition;
    let verb = if decision.wanted >= inputs.wanted {
        "rises"
    } else {
        "falls"
    };
    let price = copies::price_milli(inputs.free_permille).map_or_else(
        || "there is no space to spare for more".to_owned(),
        |price| {
            format!(
                "another copy must serve {} streams more to be worth its space",
                milli(price)
            )
        },
    );
    format!(
        "The number of copies of rendition {rendition} {verb} from {} to {}: {} streams at once are expected, one copy's node has \
         {} to spare, {} of those who hold it can't take one more, {} of all space is free; {price}. Never fewer than {}.",
        inputs.wanted,
        decision.wanted,
        milli(inputs.demand_milli),
        milli(inputs.per_copy_milli),
        percent(inputs.blocked_permille),
        percent(inputs.free_permille),
        inputs.floor
    )
}

fn surplus(decision: &SurplusDecision) -> String {
    let SurplusDecision {
        cell,
        copies,
        holders,
        chosen,
        ..
    } = decision;
    let Some(chosen) = chosen else {
        return format!("{} keeps all of its {} copies.", place(cell), holders.len());
    };
    format!(
        "Node {chosen} gives {} up: {} nodes hold it, {copies} are wanted, and this copy is missed least: another operator, region \
         or always-on node has one, or its node has least space.",
        place(cell),
        holders.len()
    )
}

/// Thousandths as percent: whole ones, and never none where there is something.
fn percent(permille: u64) -> String {
    match permille {
        1..10 => "less than 1 %".to_owned(),
        _ => format!("{} %", permille / 10),
    }
}

/// Thousandths with one decimal; below one with as many as it has.
fn milli(thousandths: u64) -> String {
    match thousandths {
        0 => "no".to_owned(),
        1..1_000 => format!("0.{thousandths:03}")
            .trim_end_matches('0')
            .to_owned(),
        _ => format!("{}.{}", thousandths / 1_000, thousandths % 1_000 / 100),
    }
}

fn list(described: &[String]) -> String {
    match described {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [all @ .., last] if all.len() < DESCRIBED => format!("{} and {last}", all.join(", ")),
        some => format!(
            "{} and {} more",
            some.iter()
                .take(DESCRIBED)
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
            some.len().saturating_sub(DESCRIBED)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copies::CopiesInputs;

    #[test]
    fn small_numbers_are_said_as_what_they_are_and_not_as_nothing() {
        let said = [0, 4, 40, 400, 450, 999, 1_000, 12_345].map(milli);
        assert_eq!(
            said,
            ["no", "0.004", "0.04", "0.4", "0.45", "0.999", "1.0", "12.3"]
        );
        let said = [0, 1, 9, 10, 999].map(percent);
        assert_eq!(
            said,
            ["0 %", "less than 1 %", "less than 1 %", "1 %", "99 %"]
        );
    }

    #[test]
    fn a_number_of_copies_is_explained_by_all_that_it_depends_on() {
        let inputs = CopiesInputs {
            floor: 3,
            wanted: 3,
            most: 100,
            demand_milli: 50_500,
            per_copy_milli: 5_000,
            blocked_permille: 200,
            free_permille: 500,
            since_change_ms: 1,
        };
        let decision = CopiesDecision {
            number: 1,
            at_ms: 2,
            cell: CellRef {
                video: Magnet([1; 32]),
                rendition: 2,
                cell: 0,
            },
            inputs,
            wanted: copies::wanted(&inputs),
        };
        let words = Entry::Copies(decision).words();
        for part in [
            "rendition 2 rises from 3 to",
            "50.5 streams",
            "5.0 to spare",
            "20 % of those",
            "50 % of all space",
            "Never fewer than 3",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
}
