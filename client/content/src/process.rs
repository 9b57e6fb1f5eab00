//! Running ffmpeg and ffprobe: as separate processes, arguments as a list, with a time limit and bounded output.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// Most bytes that are kept of what a program says about its troubles.
const MAX_COMPLAINT_BYTES: usize = 8 * 1024;

/// Why an external program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// It is not installed.
    #[error("{program} is not installed; install ffmpeg, which brings it")]
    Missing {
        /// The program.
        program: &'static str,
    },
    /// It could not be started or spoken to.
    #[error("{program} could not be run")]
    Io {
        /// The program.
        program: &'static str,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// It was stopped at its time limit.
    #[error("{program} was stopped after {} s without a result", limit.as_secs())]
    TimedOut {
        /// The program.
        program: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// It ended with an error.
    #[error("{program} failed: {complaint}")]
    Failed {
        /// The program.
        program: &'static str,
        /// The last thing that it said.
        complaint: String,
    },
    /// It said more than anybody should have to read.
    #[error("{program} gave more than {limit} bytes of output")]
    TooMuchOutput {
        /// The program.
        program: &'static str,
        /// The bound.
        limit: usize,
    },
}

/// `path` as ffmpeg takes it without reading protocols, options or patterns into it.
pub(crate) fn file_argument(path: &Path) -> io::Result<OsString> {
    let mut argument = OsString::from("file:");
    argument.push(std::path::absolute(path)?);
    Ok(argument)
}

/// Runs a program to its end and returns its standard output, at most `limit_bytes` of it.
pub(crate) async fn output(
    program: &'static str,
    arguments: &[OsString],
    limit_bytes: usize,
    limit: Duration,
) -> Result<Vec<u8>, ToolError> {
    let mut running = Running::start(program, arguments)?;
    let mut stdout = running.take_output()?;
    let work = async {
        let mut output = Vec::new();
        let bound = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
        (&mut stdout)
            .take(bound.saturating_add(1))
            .read_to_end(&mut output)
            .await
            .map_err(|source| ToolError::Io { program, source })?;
        if output.len() > limit_bytes {
            return Err(ToolError::TooMuchOutput {
                program,
                limit: limit_bytes,
            });
        }
        running.finish().await?;
        Ok(output)
    };
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or(Err(ToolError::TimedOut { program, limit }))
}

/// Runs a program to its end and hands each line of its standard output, up to 1 KiB of it, to `each`.
pub(crate) async fn lines(
    program: &'static str,
    arguments: &[OsString],
    limit: Duration,
    mut each: impl FnMut(&[u8]),
) -> Result<(), ToolError> {
    const MAX_LINE_BYTES: u64 = 1_024;
    let mut running = Running::start(program, arguments)?;
    let mut stdout = BufReader::new(running.take_output()?);
    let work = async {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut stdout)
                .take(MAX_LINE_BYTES)
                .read_until(b'\n', &mut line)
                .await
                .map_err(|source| ToolError::Io { program, source })?;
            if read == 0 {
                break;
            }
            each(&line);
        }
        running.finish().await
    };
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or(Err(ToolError::TimedOut { program, limit }))
}

/// A program that is running; killed when this is dropped.
pub(crate) struct Running {
    program: &'static str,
    child: Child,
    complaints: tokio::task::JoinHandle<Vec<u8>>,
}

impl Running {
    pub(crate) fn start(program: &'static str, arguments: &[OsString]) -> Result<Self, ToolError> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => ToolError::Missing { program },
                _ => ToolError::Io { program, source },
            })?;
        let stderr = child.stderr.take();
        let complaints = tokio::spawn(async move {
            match stderr {
                Some(stderr) => last_bytes(stderr).await,
                None => Vec::new(),
            }
        });
        Ok(Self {
            program,
            child,
            complaints,
        })
    }

    /// The program's standard output; can be taken once.
    pub(crate) fn take_output(&mut self) -> Result<tokio::process::ChildStdout, ToolError> {
        self.child.stdout.take().ok_or_else(|| ToolError::Io {
            program: self.program,
            source: io::Error::other("its output was taken before"),
        })
    }

    /// Waits for the end. The output must have been read to its end before.
    pub(crate) async fn finish(mut self) -> Result<(), ToolError> {
        let program = self.program;
        let status = self
            .child
            .wait()
            .await
            .map_err(|source| ToolError::Io { program, source })?;
        if status.success() {
            return Ok(());
        }
        let said = (&mut self.complaints).await.unwrap_or_default();
        Err(ToolError::Failed {
            program,
            complaint: last_sentence(&said),
        })
    }
}

/// Reads to the end, so that the program never waits for us, and keeps the last bytes.
async fn last_bytes(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0u8; 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..read]);
        let surplus = kept.len().saturating_sub(MAX_COMPLAINT_BYTES);
        kept.drain(..surplus);
    }
    kept
}

fn last_sentence(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let sentence = text
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or("it gave no reason");
    sentence.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(list: &[&str]) -> Vec<OsString> {
        list.iter().map(OsString::from).collect()
    }

    #[tokio::test]
    async fn a_program_that_is_missing_hangs_or_floods_is_reported_as_that() {
        let limit = Duration::from_secs(10);
        let missing = output("chainflix-no-such-program", &[], 10, limit).await;
        assert!(matches!(missing, Err(ToolError::Missing { .. })));
        let hangs = output("sleep", &arguments(&["60"]), 10, Duration::from_millis(50)).await;
        assert!(matches!(hangs, Err(ToolError::TimedOut { .. })));
        let floods = output("yes", &[], 1000, limit).await;
        assert!(matches!(floods, Err(ToolError::TooMuchOutput { .. })));
    }

    #[tokio::test]
    async fn a_failing_program_is_quoted_with_its_last_sentence() {
        let failed = output(
            "ls",
            &arguments(&["/chainflix-no-such-directory"]),
            10,
            Duration::from_secs(10),
        )
        .await;
        let Err(ToolError::Failed { complaint, .. }) = failed else {
            panic!("{failed:?}");
        };
        assert!(complaint.contains("chainflix-no-such-directory"));
    }

    #[test]
    fn a_path_is_never_an_option_or_a_protocol() {
        let argument = file_argument(Path::new("-i")).expect("a current directory");
        assert!(argument.to_string_lossy().starts_with("file:/"));
        let argument = file_argument(Path::new("concat:a|b")).expect("a current directory");
        assert!(argument.to_string_lossy().ends_with("/concat:a|b"));
    }
}
