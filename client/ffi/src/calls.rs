//! Connecting, opening, reading, reporting.

use std::ffi::c_char;
use std::path::Path;
use std::sync::Arc;

use ::chainflix_client::mining::playhead::{PlayState, Snapshot};
use ::chainflix_client::wallet::Wallet;
use ::chainflix_client::{Client, Config};
use chainflix_content::MagnetLink;

use crate::guard::{Failure, guarded, silently};
use crate::handles::{Engine, borrow, chainflix_client, chainflix_playback, put};
use crate::status::chainflix_status::{self, CHAINFLIX_FAILED};
use crate::text;

/// Pictures move.
pub const CHAINFLIX_PLAYING: u32 = 0;
/// It would play, but waits for data.
pub const CHAINFLIX_STALLED: u32 = 1;
/// The viewer paused it, or it has not begun.
pub const CHAINFLIX_PAUSED: u32 = 2;
/// It is jumping to another position.
pub const CHAINFLIX_SEEKING: u32 = 3;
/// The video is over.
pub const CHAINFLIX_ENDED: u32 = 4;
/// It plays where nobody can see it: in the background, or out of sight.
pub const CHAINFLIX_HIDDEN: u32 = 5;
/// Normal speed, in thousandths.
pub const CHAINFLIX_NORMAL_RATE: u32 = 1000;

/// Version of the library, such as "0.1.0". It lives as long as the program.
#[unsafe(no_mangle)]
pub extern "C" fn chainflix_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Connects. `chain` are ws:// addresses of nodes, separated by commas; `controller` an http:// address, or null for the
/// first that is registered on chain; `wallet` the path of a key file that only its owner can read.
///
/// # Safety
/// Texts end with a zero byte; `client` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_connect(
    chain: *const c_char,
    controller: *const c_char,
    wallet: *const c_char,
    client: *mut *mut chainflix_client,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        unsafe { put(client, std::ptr::null_mut())? };
        let chain = unsafe { text::read(chain, "chain")? };
        let wallet = unsafe { text::read(wallet, "wallet")? };
        let controller = match controller.is_null() {
            true => None,
            false => Some(unsafe { text::read(controller, "controller")? }.to_owned()),
        };
        let failed = |words: String| Failure::new(CHAINFLIX_FAILED, words);
        let config = Config {
            chain: chain.split(',').map(str::to_owned).collect(),
            controller,
            wallet: Wallet::read(Path::new(wallet)).map_err(|error| failed(error.to_string()))?,
        };
        let engine = Engine::start().map_err(|error| failed(error.to_string()))?;
        let connected = engine.wait(Client::connect(config))??;
        let handle = chainflix_client {
            client: connected,
            engine: Arc::new(engine),
        };
        unsafe { put(client, Box::into_raw(Box::new(handle))) }
    })
}

/// Frees a client; playbacks that it opened stay. Null is nothing.
///
/// # Safety
/// `client` is null, or was handed out by chainflix_connect() and is used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_client_free(client: *mut chainflix_client) {
    if !client.is_null() {
        // SAFETY: the caller's promise.
        silently(|| drop(unsafe { Box::from_raw(client) }));
    }
}

/// Opens a video by its magnet link, or by the bare id in hex. Fetching begins at once.
///
/// # Safety
/// `client` is not freed, `link` ends with a zero byte, `playback` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_open(
    client: *const chainflix_client,
    link: *const c_char,
    playback: *mut *mut chainflix_playback,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise, here and below.
        unsafe { put(playback, std::ptr::null_mut())? };
        let client = unsafe { borrow(client)? };
        let link = unsafe { text::read(link, "link")? };
        let link: MagnetLink = link
            .parse()
            .map_err(|error| Failure::argument(format!("{error}")))?;
        let opened = client.engine.wait(client.client.open(link.magnet))??;
        let handle = chainflix_playback::new(opened, client.engine.clone());
        unsafe { put(playback, Box::into_raw(Box::new(handle))) }
    })
}

/// Reads the plaintext of bytes `from` to `to`, not included, of a cell into `buffer`, which holds `to - from`. Waits until
/// it is fetched and its key may be had.
///
/// # Safety
/// `playback` is not freed; `to - from` bytes may be written at `buffer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_read(
    playback: *const chainflix_playback,
    rendition: u8,
    cell: u16,
    from: u32,
    to: u32,
    buffer: *mut u8,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise.
        let playback = unsafe { borrow(playback)? };
        if buffer.is_null() {
            return Err(Failure::argument("there is no buffer"));
        }
        let reading = playback.playback.read(rendition, cell, from..to);
        let plain = playback.wait(reading)??;
        // SAFETY: the caller's promise; a range that was read is as long as it was asked for.
        unsafe { std::ptr::copy_nonoverlapping(plain.as_ptr(), buffer, plain.len()) };
        Ok(())
    })
}

/// Tells what the player does: at each change, and at least twice a second while it plays. `state` is CHAINFLIX_PLAYING
/// and so on, `rate` the speed in thousandths. What counts as shown, and earns, is what is reported so.
///
/// # Safety
/// `playback` is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_report(
    playback: *const chainflix_playback,
    position_ms: u64,
    state: u32,
    rate: u32,
) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise.
        let playback = unsafe { borrow(playback)? };
        let state = match state {
            CHAINFLIX_PLAYING => PlayState::Playing,
            CHAINFLIX_STALLED => PlayState::Stalled,
            CHAINFLIX_PAUSED => PlayState::Paused,
            CHAINFLIX_SEEKING => PlayState::Seeking,
            CHAINFLIX_ENDED => PlayState::Ended,
            CHAINFLIX_HIDDEN => PlayState::Hidden,
            _ => return Err(Failure::argument("there is no such state")),
        };
        let snapshot = Snapshot::new(position_ms, state, rate);
        playback.wait(playback.playback.report(snapshot))
    })
}

/// Ends what waits in other threads, and every later call that would: they answer CHAINFLIX_CANCELLED.
///
/// # Safety
/// `playback` is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_cancel(playback: *const chainflix_playback) -> chainflix_status {
    guarded(|| {
        // SAFETY: the caller's promise.
        unsafe { borrow(playback)? }.cancel();
        Ok(())
    })
}

/// Ends a playback and frees it; keys and plaintext are wiped. Null is nothing.
///
/// # Safety
/// `playback` is null, or was handed out by chainflix_open() and is used no more, also by no other thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainflix_playback_free(playback: *mut chainflix_playback) {
    if !playback.is_null() {
        // SAFETY: the caller's promise.
        silently(|| drop(unsafe { Box::from_raw(playback) }));
    }
}
