//! What a call answers.

/// Answer of every call that can fail.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)] // the names of C
pub enum chainflix_status {
    /// Done.
    CHAINFLIX_OK = 0,
    /// A pointer is null, a text is not UTF-8, a number is out of range, or a buffer is too small.
    CHAINFLIX_BAD_ARGUMENT = 1,
    /// Somebody who is needed can't be reached, or refused.
    CHAINFLIX_FAILED = 2,
    /// The video has no such part.
    CHAINFLIX_NO_SUCH_PART = 3,
    /// The minute's key is refused.
    CHAINFLIX_KEY_REFUSED = 4,
    /// The playback was cancelled.
    CHAINFLIX_CANCELLED = 5,
    /// Nothing happened within the time.
    CHAINFLIX_TIMEOUT = 6,
    /// A fault of the library itself; the handle may be freed, and nothing else.
    CHAINFLIX_PANICKED = 7,
}
