//! The measured process, from the outside.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use chainflix_p2p::{PeerAddress, PeerKey};
use serde_json::Value;

/// Length of a tick of `/proc/PID/stat`: 100 a second on Linux, whatever the kernel's own rate is.
const TICKS_PER_SECOND: f64 = 100.0;

/// A storage node in a process of its own. It ends when this is dropped.
pub(crate) struct Served {
    child: Child,
    _input: ChildStdin,
    /// The node.
    pub(crate) node: PeerAddress,
    /// The peer that answers libp2p's own measure.
    pub(crate) perf: PeerAddress,
}

impl Served {
    pub(crate) fn start(folder: &Path, endpoint: &str, paced: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("Linux"));
        command.arg(folder).args(["--serve", endpoint]);
        if paced {
            command.arg("--paced");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("piped");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("it says where it is");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let place = |name: &str, seed: u8| {
            let addresses: Vec<String> =
                serde_json::from_value(said[name].clone()).expect("addresses");
            PeerAddress::parse(PeerKey::from_seed([seed; 32]).public(), &addresses)
                .expect("addresses of ours")
        };
        Self {
            node: place("node", 1),
            perf: place("perf", 3),
            _input: input,
            child,
        }
    }

    /// CPU time of the process so far, in seconds.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = self.read("stat");
        // The name before may hold anything but a closing bracket after its last.
        let (_, fields) = stat.rsplit_once(')').expect("Linux");
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        ticks as f64 / TICKS_PER_SECOND
    }

    /// Resident memory, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        kib.and_then(|kib| kib.parse().ok()).expect("Linux")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("it runs")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is measured, and nothing of it is needed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
