//! The border itself: what goes wrong behind it becomes a status and a sentence.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chainflix_client::ClientError;
use chainflix_client::playback::PlaybackError;

use crate::status::chainflix_status::{self, *};
use crate::text;

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Why a call did not do what it was asked for.
pub(crate) struct Failure {
    status: chainflix_status,
    words: String,
}

impl Failure {
    pub(crate) fn new(status: chainflix_status, words: impl Into<String>) -> Self {
        let words = words.into();
        Self { status, words }
    }

    pub(crate) fn argument(words: impl Into<String>) -> Self {
        Self::new(CHAINFLIX_BAD_ARGUMENT, words)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(CHAINFLIX_FAILED, error.to_string())
    }
}

impl From<PlaybackError> for Failure {
    fn from(error: PlaybackError) -> Self {
        let status = match error {
            PlaybackError::NoSuchPart => CHAINFLIX_NO_SUCH_PART,
            PlaybackError::Key(_) => CHAINFLIX_KEY_REFUSED,
            PlaybackError::Closed => CHAINFLIX_CANCELLED,
            PlaybackError::NotTheRegisteredVideo
            | PlaybackError::UnknownVideo(_)
            | PlaybackError::Chain(_) => CHAINFLIX_FAILED,
        };
        Self::new(status, error.to_string())
    }
}

/// Runs a call. What it answers stands behind pointers of the caller's.
pub(crate) fn guarded(call: impl FnOnce() -> Result<(), Failure>) -> chainflix_status {
    // Whoever gets CHAINFLIX_PANICKED is told to use the handle no more, so that nothing half done is seen.
    let failure = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => return CHAINFLIX_OK,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure::new(CHAINFLIX_PANICKED, words_of(&*panic)),
    };
    LAST.with_borrow_mut(|last| *last = text::owned(&failure.words));
    failure.status
}

/// Runs something that can't fail, such as freeing.
pub(crate) fn silently(call: impl FnOnce()) {
    // There is nobody to tell.
    let _ = guarded(|| {
        call();
        Ok(())
    });
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!(
        "a fault of the library: {}",
        words.unwrap_or_else(|| "without words".to_owned())
    )
}

/// A sentence about the last failure on this thread; empty when there was none. It lives until the thread's next call.
#[unsafe(no_mangle)]
pub extern "C" fn chainflix_last_error() -> *const std::ffi::c_char {
    LAST.with_borrow(|last| last.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn last() -> String {
        // SAFETY: it ends with a zero byte, and no other call of this thread comes between.
        let words = unsafe { CStr::from_ptr(chainflix_last_error()) };
        words.to_string_lossy().into_owned()
    }

    #[test]
    fn a_panic_does_not_cross_the_border_and_leaves_its_words() {
        assert_eq!(guarded(|| panic!("bad luck")), CHAINFLIX_PANICKED);
        assert_eq!(last(), "a fault of the library: bad luck");
        let formatted = || -> Result<(), Failure> { panic!("{}", 7) };
        assert_eq!(guarded(formatted), CHAINFLIX_PANICKED);
        assert_eq!(last(), "a fault of the library: 7");
        silently(|| panic!("while freeing"));
    }

    #[test]
    fn words_with_a_zero_byte_end_there() {
        let failed = || Err(Failure::argument("one\0two"));
        assert_eq!(guarded(failed), CHAINFLIX_BAD_ARGUMENT);
        assert_eq!(last(), "one");
    }
}
