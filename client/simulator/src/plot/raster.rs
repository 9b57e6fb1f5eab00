//! Bars as pixels.

use std::io;

use font8x8::legacy::BASIC_LEGACY;

use crate::table::{Column, Table, estimate};

const WIDTH: usize = 960;
const LEFT: usize = 220;
const ROW: usize = 26;
const TOP: usize = 48;
/// Room for the figure beside its bar.
const RIGHT: usize = 150;

const COLOURS: [[u8; 3]; 4] = [
    [255, 255, 255],
    [30, 30, 30],
    [31, 119, 180],
    [170, 170, 170],
];
const PAPER: u8 = 0;
const INK: u8 = 1;
const OURS: u8 = 2;
const THEIRS: u8 = 3;

struct Canvas {
    pixels: Vec<u8>,
    height: usize,
}

impl Canvas {
    fn new(height: usize) -> Self {
        Self {
            pixels: vec![PAPER; WIDTH * height],
            height,
        }
    }

    fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), colour: u8) {
        for row in y..(y + height).min(self.height) {
            for place in x..(x + width).min(WIDTH) {
                self.pixels[row * WIDTH + place] = colour;
            }
        }
    }

    fn write(&mut self, (x, y): (usize, usize), text: &str) {
        for (index, letter) in text.chars().enumerate() {
            let glyph = BASIC_LEGACY
                .get(letter as usize)
                .unwrap_or(&BASIC_LEGACY[63]);
            for (row, bits) in glyph.iter().enumerate() {
                for column in 0..8 {
                    if bits >> column & 1 == 1 {
                        self.fill((x + index * 8 + column, y + row), (1, 1), INK);
                    }
                }
            }
        }
    }

    fn png(&self) -> io::Result<Vec<u8>> {
        let (width, height) = (WIDTH as u32, self.height as u32);
        super::png::encode(width, height, &COLOURS, &self.pixels)
            .ok_or_else(|| io::Error::other("the image has no size"))
    }
}

/// A bar with its interval for each strategy, as a PNG.
pub(super) fn bars(table: &Table, column: &Column) -> io::Result<Vec<u8>> {
    let mut canvas = Canvas::new(TOP + table.rows.len() * ROW + 16);
    let title = format!(
        "{}: {} (mean, 95 % interval, {} seeds; less is better)",
        table.scenario,
        column.heading,
        table.seeds.len()
    );
    canvas.write((12, 16), &title);
    let estimates: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let values: Vec<f64> = row.results.iter().filter_map(column.of).collect();
            (!values.is_empty()).then(|| estimate(&values))
        })
        .collect();
    let most = estimates
        .iter()
        .flatten()
        .map(|e| e.mean + e.within)
        .fold(1e-9, f64::max);
    let room = (WIDTH - LEFT - RIGHT) as f64;
    let length = |value: f64| (value.max(0.0) / most * room) as usize;
    for (place, (row, found)) in table.rows.iter().zip(&estimates).enumerate() {
        let y = TOP + place * ROW;
        canvas.write((12, y + 6), &row.strategy);
        let Some(found) = found else {
            canvas.write((LEFT, y + 6), "-");
            continue;
        };
        let colour = if place == 0 { OURS } else { THEIRS };
        canvas.fill((LEFT, y), (length(found.mean).max(1), ROW - 8), colour);
        let (from, to) = (
            length(found.mean - found.within),
            length(found.mean + found.within),
        );
        canvas.fill((LEFT + from, y + ROW / 2 - 5), (to - from + 1, 2), INK);
        let figure = format!("{:.2} +-{:.2}", found.mean, found.within);
        canvas.write((LEFT + to.max(length(found.mean)) + 8, y + 6), &figure);
    }
    canvas.png()
}
