//! Publishing real videos with the real ffmpeg, and reading back what was made.

mod layers;
mod long;
mod publishing;
mod refusals;
mod resuming;
mod sources;
mod studio;
mod tracks;
