//! Tickets and acceptances on disk: a viewer's proof should an accepted view stand in no block.
//!
//! One file for each, `<round>-<ticket>.acceptance`, that only its owner can read, written whole and synced before it has its
//! name. Several programs of one user may keep theirs in the same folder. What can't be claimed any more goes, and so
//! do the oldest above [`MOST`]; until then an acceptance stays until it is proven to stand in a block, which its issuer's
//! word does not suffice for.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chainflix_primitives::Round;
use chainflix_primitives::registry::VerifierAnnouncement;
use chainflix_primitives::rounds::CYCLE_ROUNDS;
use chainflix_primitives::ticket::{Acceptance, Ticket};
use codec::{Decode, DecodeAll, Encode};

/// Most acceptances that are kept: more than minutes in a cycle.
pub const MOST: usize = 8_192;
/// Version of what is in a file.
const VERSION: u8 = 1;
/// Longest file, in bytes.
const MAX_BYTES: u64 = 4_096;
/// How names end.
const ENDING: &str = ".acceptance";
/// How names end while a file is being written.
const UNFINISHED: &str = ".unfinished";

/// An acceptance with what it takes to claim by it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct KeptAcceptance {
    /// The ticket.
    pub ticket: Ticket,
    /// The issuer's word.
    pub acceptance: Acceptance,
    /// What the issuer had announced: by whose service key the acceptance is signed.
    pub announcement: VerifierAnnouncement,
}

impl KeptAcceptance {
    fn name(&self) -> String {
        let (round, ticket) = (self.acceptance.round, hex::encode(self.acceptance.ticket));
        format!("{round:010}-{ticket}{ENDING}")
    }
}

/// A folder of acceptances, of one chain.
#[derive(Clone, Debug)]
pub struct Acceptances {
    folder: PathBuf,
    most: usize,
}

impl Acceptances {
    /// Those of the chain with this genesis, below `folder`. Nothing is made before the first is kept.
    #[must_use]
    pub fn below(folder: &Path, genesis: &[u8; 32]) -> Self {
        let chain: String = hex::encode(genesis).chars().take(16).collect();
        Self {
            folder: folder.join(chain),
            most: MOST,
        }
    }

    /// Keeps one, durably, and lets go of what can't be claimed any more.
    ///
    /// # Errors
    /// When the folder or file can't be written.
    pub fn keep(&self, kept: &KeptAcceptance) -> io::Result<()> {
        let mut folder = DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            folder.mode(0o700);
        }
        folder.create(&self.folder)?;
        let name = kept.name();
        let unfinished = self.folder.join(format!("{name}{UNFINISHED}"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&unfinished)?;
        file.write_all(&(VERSION, kept).encode())?;
        file.sync_all()?;
        fs::rename(&unfinished, self.folder.join(&name))?;
        // The name is durable with its folder.
        File::open(&self.folder)?.sync_all()?;
        self.prune(kept.acceptance.round)
    }

    /// All that can be read, oldest first.
    ///
    /// # Errors
    /// When the folder can't be read; there may be none yet.
    pub fn all(&self) -> io::Result<Vec<KeptAcceptance>> {
        let mut found = Vec::new();
        for name in self.names()?.iter().filter(|name| name.ends_with(ENDING)) {
            match self.read(name) {
                Some(kept) => found.push(kept),
                None => tracing::warn!(file = name, "no acceptance can be read in the file"),
            }
        }
        Ok(found)
    }

    /// Lets go of one.
    ///
    /// # Errors
    /// When its file can't be removed.
    pub fn forget(&self, kept: &KeptAcceptance) -> io::Result<()> {
        removed(fs::remove_file(self.folder.join(kept.name())))
    }

    fn read(&self, name: &str) -> Option<KeptAcceptance> {
        let mut bytes = Vec::new();
        let file = File::open(self.folder.join(name)).ok()?;
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        let (version, kept) = <(u8, KeptAcceptance)>::decode_all(&mut bytes.as_slice()).ok()?;
        (version == VERSION).then_some(kept)
    }

    /// Names of files, by ascending round.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            if let Ok(name) = entry?.file_name().into_string()
                && round_of(&name).is_some()
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn prune(&self, now: Round) -> io::Result<()> {
        let names = self.names()?;
        let above = names.len().saturating_sub(self.most);
        for (place, name) in names.iter().enumerate() {
            let is_over =
                round_of(name).is_some_and(|round| now.saturating_sub(round) > CYCLE_ROUNDS);
            if is_over || place < above {
                removed(fs::remove_file(self.folder.join(name)))?;
            }
        }
        Ok(())
    }
}

/// The round in a file's name; `None` of what is none of ours.
fn round_of(name: &str) -> Option<Round> {
    let is_ours = name.ends_with(ENDING) || name.ends_with(UNFINISHED);
    let (round, _) = name.split_once('-')?;
    round.parse().ok().filter(|_| is_ours)
}

/// What another program removed a moment ago is removed.
fn removed(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use chainflix_primitives::{AccountId, Magnet, Sha256, Signature64};

    /// An acceptance in `round` of the view of minute `minute`.
    pub(crate) fn kept(round: Round, minute: u16) -> KeptAcceptance {
        let issuer = AccountId([1; 32]);
        let ticket = Ticket {
            version: 1,
            issuer,
            round,
            index: 4,
            viewer: AccountId([2; 32]),
            delegation: [3; 32],
            video: Magnet([4; 32]),
            minute,
            rendition: 0,
            issue_ms: 1_000,
            constant: Default::default(),
            play_code: Default::default(),
        };
        KeptAcceptance {
            acceptance: Acceptance {
                issuer,
                ticket: ticket.leaf_hash::<Sha256>(),
                round,
                signature: Signature64([5; 64]),
            },
            ticket,
            announcement: VerifierAnnouncement {
                endpoint: b"ws://127.0.0.1:1".to_vec().try_into().unwrap(),
                network_key: [6; 32],
                exchange_key: [7; 32],
                service_key: [8; 32],
            },
        }
    }

    #[test]
    fn what_is_kept_is_there_for_the_next_program_and_for_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state/acceptances");
        let acceptances = Acceptances::below(&folder, &[9; 32]);
        assert_eq!(acceptances.all().unwrap(), []);
        acceptances.keep(&kept(8, 2)).unwrap();
        acceptances.keep(&kept(7, 1)).unwrap();
        acceptances.keep(&kept(7, 1)).unwrap();
        let again = Acceptances::below(&folder, &[9; 32]);
        assert_eq!(again.all().unwrap(), [kept(7, 1), kept(8, 2)]);
        let other_chain = Acceptances::below(&folder, &[10; 32]);
        assert_eq!(other_chain.all().unwrap(), []);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&again.folder), 0o700);
            assert_eq!(mode(&again.folder.join(kept(8, 2).name())), 0o600);
        }
        again.forget(&kept(7, 1)).unwrap();
        again.forget(&kept(7, 1)).unwrap();
        assert_eq!(again.all().unwrap(), [kept(8, 2)]);
    }

    #[test]
    fn what_a_crash_left_half_written_hides_nothing_else_and_goes_in_time() {
        let home = tempfile::tempdir().unwrap();
        let acceptances = Acceptances::below(home.path(), &[9; 32]);
        acceptances.keep(&kept(7, 1)).unwrap();
        let half = |name: String| fs::write(acceptances.folder.join(name), [1, 2, 3]).unwrap();
        half(kept(8, 1).name());
        half(format!("{}{UNFINISHED}", kept(8, 2).name()));
        half("notes.txt".to_owned());
        assert_eq!(acceptances.all().unwrap(), [kept(7, 1)]);
        let later = kept(8 + CYCLE_ROUNDS + 1, 3);
        acceptances.keep(&later).unwrap();
        assert_eq!(acceptances.all().unwrap(), std::slice::from_ref(&later));
        let left: Vec<_> = fs::read_dir(&acceptances.folder).unwrap().collect();
        assert_eq!(left.len(), 2, "the latest, and what is none of ours");
    }

    #[test]
    fn acceptances_are_kept_for_a_cycle_and_the_oldest_go_above_the_bound() {
        let home = tempfile::tempdir().unwrap();
        let mut acceptances = Acceptances::below(home.path(), &[9; 32]);
        acceptances.most = 3;
        acceptances.keep(&kept(1, 0)).unwrap();
        acceptances.keep(&kept(1 + CYCLE_ROUNDS, 0)).unwrap();
        assert_eq!(acceptances.all().unwrap().len(), 2, "a cycle old");
        acceptances.keep(&kept(2 + CYCLE_ROUNDS, 0)).unwrap();
        let rounds = || -> Vec<Round> {
            let all = acceptances.all().unwrap();
            all.iter().map(|kept| kept.acceptance.round).collect()
        };
        assert_eq!(rounds(), [1 + CYCLE_ROUNDS, 2 + CYCLE_ROUNDS]);
        for minute in 1..4 {
            acceptances.keep(&kept(3 + CYCLE_ROUNDS, minute)).unwrap();
        }
        assert_eq!(rounds(), [3 + CYCLE_ROUNDS; 3]);
    }
}
