//! What is decided, with all inputs of the rule that decides it.

use serde::{Deserialize, Serialize};

use crate::choice::{self, Candidate};
use crate::copies::{self, CopiesInputs};
use crate::placement::{self, Site};
use crate::protocol::CellRef;

/// A decision of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// Who serves a cell.
    Sources(Decision),
    /// Who takes in a cell.
    Placement(PlacementDecision),
    /// How many copies a rendition shall have.
    Copies(CopiesDecision),
    /// Which copy is given up.
    Surplus(SurplusDecision),
}

/// One decision about who serves one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Number of the decision, without gaps from the controller's start.
    pub number: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// The cell.
    pub cell: CellRef,
    /// Holders that could be offered; of very many, those that were drawn.
    pub candidates: Vec<Candidate>,
    /// How many were to be named.
    pub wanted: usize,
    /// Who was named, best first.
    pub chosen: Vec<u32>,
}

/// One decision about who takes in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementDecision {
    /// Number of the decision.
    pub number: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// The cell.
    pub cell: CellRef,
    /// Its length in bytes.
    pub bytes: u64,
    /// Copies that are kept of everything.
    pub floor: usize,
    /// Copies that are wanted of it.
    pub copies: usize,
    /// Nodes that could take it in; of very many, those that were drawn.
    pub sites: Vec<Site>,
    /// Nodes that hold it or are taking it in.
    pub holders: Vec<Site>,
    /// Who was named.
    pub chosen: Vec<u32>,
}

/// One decision about the number of copies of a rendition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiesDecision {
    /// Number of the decision.
    pub number: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// First cell of the rendition.
    pub cell: CellRef,
    /// What it depends on.
    pub inputs: CopiesInputs,
    /// Copies that are wanted from now on.
    pub wanted: u32,
}

/// One decision about which copy is given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurplusDecision {
    /// Number of the decision.
    pub number: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// The cell.
    pub cell: CellRef,
    /// Copies that remain at least.
    pub copies: usize,
    /// Nodes that hold it.
    pub holders: Vec<Site>,
    /// Whose copy goes.
    pub chosen: Option<u32>,
}

/// What the rule says to an entry's inputs, and what the entry says.
pub(super) struct Verdict {
    pub(super) expected: Vec<u32>,
    pub(super) logged: Vec<u32>,
}

impl Entry {
    pub(super) fn judge(self) -> Verdict {
        let (expected, logged) = match self {
            Self::Sources(d) => (
                choice::choose(d.number, &d.cell, &d.candidates, d.wanted),
                d.chosen,
            ),
            Self::Placement(d) => (
                placement::place(&d.sites, &d.holders, d.bytes, d.floor, d.copies),
                d.chosen,
            ),
            Self::Copies(d) => (vec![copies::wanted(&d.inputs)], vec![d.wanted]),
            Self::Surplus(d) => (
                placement::surplus(&d.holders, d.copies)
                    .into_iter()
                    .collect(),
                d.chosen.into_iter().collect(),
            ),
        };
        Verdict { expected, logged }
    }
}
