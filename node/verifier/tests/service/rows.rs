//! What must hold, by the rows of `adversaries.md`.

mod settlement;
