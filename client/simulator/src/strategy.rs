//! What a strategy decides, and what it gets to know.

use crate::net::{Net, Viewer};

/// Something that a strategy wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `to` fetches `cell` from the first of `from` that can send it; from the origin when `from` is empty.
    Copy {
        /// The cell.
        cell: u32,
        /// Who takes it in.
        to: u32,
        /// Who may send it.
        from: Vec<u32>,
    },
    /// `node` deletes `cell`.
    Drop {
        /// The cell.
        cell: u32,
        /// From where.
        node: u32,
    },
    /// `cell` is on `node` at once and for nothing: only the oracle can do that.
    Conjure {
        /// The cell.
        cell: u32,
        /// To where.
        node: u32,
    },
}

/// A node fetches a cell from the origin while it passes it on to a viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The node.
    pub node: u32,
    /// What it deletes for it.
    pub evicts: Vec<u32>,
}

/// A controller, or what stands for one.
pub trait Strategy {
    /// All nodes are there, with the first copies on them.
    fn start(&mut self, _net: &Net) {}

    /// Nodes that shall serve `cell`, best first, at most four.
    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32>;

    /// No source could serve `cell`: a node that passes it through from the origin and keeps it.
    fn fill(&mut self, _net: &mut Net, _cell: u32) -> Option<Fill> {
        None
    }

    /// A viewer asked for `cell`.
    fn requested(&mut self, _net: &mut Net, _cell: u32) {}

    /// Somebody asked for `cell` who does not mean to watch it. Whoever counts requests can't tell.
    fn faked(&mut self, net: &mut Net, cell: u32) {
        self.requested(net, cell);
    }

    /// `node` serves `cell` to a viewer.
    fn served(&mut self, _net: &Net, _node: u32, _cell: u32) {}

    /// Plays were verified and settled, by cell.
    fn verified(&mut self, _net: &Net, _plays: &[(u32, u32)]) {}

    /// A node's heartbeat.
    fn heartbeat(&mut self, _net: &Net, _node: u32) {}

    /// A node has come or come back.
    fn came(&mut self, _net: &Net, _node: u32) {}

    /// A node has said that it goes.
    fn went(&mut self, _net: &Net, _node: u32) {}

    /// A node has taken in a cell, by order.
    fn gained(&mut self, _net: &Net, _node: u32, _cell: u32) {}

    /// A copy that was ordered came to nothing.
    fn failed(&mut self, _net: &Net, _node: u32, _cell: u32) {}

    /// A second has passed.
    fn tick(&mut self, _net: &mut Net) -> Vec<Action> {
        Vec::new()
    }
}
