//! The figures, as they come.

use serde_json::{Map, Number, Value};

/// Figures by key.
#[derive(Default)]
pub(crate) struct Figures(Map<String, Value>);

impl Figures {
    /// Takes one in, with three significant digits beyond the point at most, and tells of it.
    pub(crate) fn put(&mut self, key: &str, value: f64) {
        let rounded = if value.abs() >= 1_000.0 {
            value.round()
        } else {
            (value * 1_000.0).round() / 1_000.0
        };
        eprintln!("{key} = {rounded}");
        let number = Number::from_f64(rounded).expect("a finite figure");
        self.0.insert(key.to_string(), Value::Number(number));
    }

    /// All of them as JSON.
    pub(crate) fn json(self) -> String {
        Value::Object(self.0).to_string()
    }
}
