//! What a program holds: a client, and playbacks.

use std::ffi::CString;
use std::sync::{Arc, Mutex};

use ::chainflix_client::Client;
use ::chainflix_client::playback::{Playback, PlaybackEvent};
use tokio::runtime::Runtime;
use tokio::sync::{broadcast, watch};

use crate::guard::Failure;
use crate::status::chainflix_status::CHAINFLIX_CANCELLED;
use crate::text;

/// Threads that fetch, verify and prove.
const THREADS: usize = 2;

/// Where everything runs; the last handle that goes ends it.
pub(crate) struct Engine {
    runtime: Option<Runtime>,
}

impl Engine {
    pub(crate) fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("chainflix")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Waits on the caller's thread.
    pub(crate) fn wait<T>(&self, of: impl Future<Output = T>) -> Result<T, Failure> {
        let gone = || Failure::new(CHAINFLIX_CANCELLED, "the engine has ended");
        let runtime = self.runtime.as_ref().ok_or_else(gone)?;
        Ok(runtime.block_on(of))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whoever frees a handle does not wait for what is under way.
            runtime.shutdown_background();
        }
    }
}

/// A connected client for one account.
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_client {
    pub(crate) client: Client,
    pub(crate) engine: Arc<Engine>,
}

/// A video that is being played.
#[allow(non_camel_case_types)] // the names of C
pub struct chainflix_playback {
    pub(crate) playback: Playback,
    pub(crate) title: CString,
    pub(crate) codecs: Vec<CString>,
    pub(crate) events: Mutex<broadcast::Receiver<PlaybackEvent>>,
    cancelled: watch::Sender<bool>,
    engine: Arc<Engine>,
}

impl chainflix_playback {
    pub(crate) fn new(playback: Playback, engine: Arc<Engine>) -> Self {
        let manifest = playback.manifest();
        let codecs = manifest.renditions.iter();
        Self {
            title: text::owned(&manifest.title),
            codecs: codecs.map(|of| text::owned(&of.codecs)).collect(),
            events: Mutex::new(playback.events()),
            cancelled: watch::Sender::new(false),
            playback,
            engine,
        }
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// Waits on the caller's thread, until the playback is cancelled.
    pub(crate) fn wait<T>(&self, of: impl Future<Output = T>) -> Result<T, Failure> {
        let mut cancelled = self.cancelled.subscribe();
        let either = async {
            tokio::select! {
                // The sender lives as long as this.
                _ = cancelled.wait_for(|cancelled| *cancelled) => None,
                value = of => Some(value),
            }
        };
        let cancelled = || Failure::new(CHAINFLIX_CANCELLED, "the playback was cancelled");
        self.engine.wait(either)?.ok_or_else(cancelled)
    }
}

/// A handle of the caller's.
///
/// # Safety
/// `handle` is null, or one that was handed out and is not freed.
pub(crate) unsafe fn borrow<'a, T>(handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or_else(|| Failure::argument("the handle is null"))
}

/// Where an answer goes.
///
/// # Safety
/// `place` is null, or may be written to.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::argument("there is no place for the answer"));
    }
    // SAFETY: the caller's promise; what stood there is not looked at.
    unsafe { place.write(value) };
    Ok(())
}
