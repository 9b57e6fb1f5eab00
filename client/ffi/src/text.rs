//! Texts over the border.

use std::ffi::{CStr, CString, c_char};

use crate::guard::Failure;

/// A text of the caller's.
///
/// # Safety
/// `text` is null or ends with a zero byte.
pub(crate) unsafe fn read<'a>(text: *const c_char, name: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::argument(format!("{name} is null")));
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map_err(|_| Failure::argument(format!("{name} is not UTF-8")))
}

/// A text for C: it ends at the first zero byte.
pub(crate) fn owned(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(text.get(..end).unwrap_or("")).unwrap_or_default()
}
