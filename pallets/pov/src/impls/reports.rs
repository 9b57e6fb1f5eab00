//! Reports: what is refused, and what is kept of the rest.

use chainflix_primitives::{
    AccountId, Round, Signature64, draw,
    hash::Hash32,
    merkle,
    registry::{CurrentRound, Discipline, Settlement},
    report::{EARNINGS_VERSION, Header, REPORT_VERSION, Report, earnings_due},
    window::CELL_MS,
};
use frame_support::{ensure, pallet_prelude::*};
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::transaction_validity::TransactionValidityWithRefund;

use crate::{
    Clock, Commitments, Config, Counted, EarningsInterval, Error, Event, Headers, Issuers, Pallet,
    Progress, Reports, TicketsRoots,
    crypto::{HostHasher, Public, Signature},
    types::{Ballot, Issued, Opened, ReportRecord},
};

/// Above every ordinary transaction, and below nothing that a verifier needs more.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// The rounds that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Its header's.
    pub(crate) header: Round,
    /// That of the headers that it judges.
    pub(crate) judged: Option<Round>,
    /// That of the header that it opens, and of the verdicts that its personal opening proves.
    pub(crate) opened: Option<Round>,
}

/// A report that breaks no rule, with what was learned in checking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// The rounds that it is about.
    pub(crate) due: Due,
    /// The key that has to sign it.
    pub(crate) key: Public,
    /// Whether its verifier was in the set of the header's round and is not suspended, and so has a header.
    pub(crate) in_set: bool,
    /// Its verdicts.
    pub(crate) ballot: Option<Ballot>,
}

impl<T: Config> Pallet<T> {
    /// The rounds that a report made now is about. `None` until a round has counted.
    pub(crate) fn due() -> Option<Due> {
        let sequence = Counted::<T>::get();
        Some(Due {
            header: *sequence.first()?,
            judged: sequence.get(1).copied(),
            opened: sequence.get(2).copied(),
        })
    }

    /// Lets a report into pool and blocks. The signature, which costs most, is looked at last.
    ///
    /// A report leaves its verifier with the block that ends its round, and may reach others before that block does: a
    /// pool takes reports of the round that lasts too, blocks don't. One that the next block leaves out is sent again, and
    /// replaces the first in all pools, because priority rises with each block of the round.
    pub(crate) fn authorize_report(
        source: TransactionSource,
        report: &Report,
        signature: &Signature64,
    ) -> TransactionValidityWithRefund {
        let progress = Progress::<T>::get();
        let is_ahead = source != TransactionSource::InBlock && report.round == progress.round;
        let key = if is_ahead {
            Self::admit_ahead(report)
        } else {
            Self::admit(report).map(|admitted| admitted.key)
        };
        let key = key.map_err(|error| match error {
            Error::<T>::WindowClosed | Error::<T>::AlreadyReported => InvalidTransaction::Stale,
            Error::<T>::NotYetDue => InvalidTransaction::Future,
            other => InvalidTransaction::Custom(index_of(&other)),
        })?;
        let payload = report.signing_payload(&Self::genesis_hash());
        let signature = Signature::from(sp_core::sr25519::Signature::from_raw(signature.0));
        ensure!(
            key.verify(&payload, &signature),
            InvalidTransaction::BadProof
        );
        let longevity = Clock::<T>::get().map_or(1, |clock| Self::blocks_per_round(&clock).max(1));
        let sent_after = if is_ahead { 0 } else { progress.blocks };
        ValidTransaction::with_tag_prefix("pov/report")
            .priority(PRIORITY.saturating_add(sent_after.into()))
            .and_provides((report.round, report.verifier))
            .longevity(longevity.into())
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    /// What can be said of a report while its round lasts: who may send it. The rest is checked once it is due.
    fn admit_ahead(report: &Report) -> Result<Public, Error<T>> {
        ensure!(report.version == REPORT_VERSION, Error::<T>::UnknownVersion);
        Self::key_in(report.verifier, report.round).ok_or(Error::<T>::NotAVerifier)
    }

    /// Checks everything for which a report is refused, except the signature.
    pub(crate) fn admit(report: &Report) -> Result<Admitted, Error<T>> {
        ensure!(report.version == REPORT_VERSION, Error::<T>::UnknownVersion);
        let due = Self::due().ok_or(Error::<T>::NotYetDue)?;
        ensure!(report.round <= due.header, Error::<T>::NotYetDue);
        ensure!(report.round == due.header, Error::<T>::WindowClosed);
        ensure!(
            !Reports::<T>::contains_key(due.header, report.verifier),
            Error::<T>::AlreadyReported
        );
        let key = Self::key_in(report.verifier, due.header);
        let in_set = key.is_some() && !T::Discipline::is_suspended(&report.verifier);
        let key = key
            .or_else(|| Self::key_in(report.verifier, due.judged?))
            .or_else(|| Self::key_in(report.verifier, due.opened?))
            .ok_or(Error::<T>::NotAVerifier)?;
        if in_set {
            Self::check_header(report)?;
        } else {
            // Whoever has left the set, or is suspended, may still open what it owes from before.
            ensure!(is_empty(&report.header), Error::<T>::HeaderOutsideSet);
        }
        let revealed = Self::check_reveal(report, due.judged)?;
        let ballot = match due.judged {
            Some(judged) => Some(Self::check_verdicts(report, judged, revealed)?),
            None => {
                ensure!(report.verdicts.is_empty(), Error::<T>::NoSuchHeader);
                ensure!(report.personal.count == 0, Error::<T>::PersonalCountWrong);
                None
            }
        };
        Ok(Admitted {
            due,
            key,
            in_set,
            ballot,
        })
    }

    fn check_header(report: &Report) -> Result<(), Error<T>> {
        let header = &report.header;
        let most_playtime = u64::from(header.count).saturating_mul(CELL_MS.into());
        ensure!(
            header.playtime_ms <= most_playtime
                && fits(header.count, &header.root)
                && fits(header.tickets.count, &header.tickets.root),
            Error::<T>::HeaderInconsistent
        );
        ensure!(
            header.count > 0 || header.debits.is_empty(),
            Error::<T>::HeaderInconsistent
        );
        ensure!(
            ascending(header.debits.iter().map(|debit| debit.campaign)),
            Error::<T>::DebitsNotAscending
        );
        Self::check_late_tickets(report)
    }

    /// Tickets roots may be brought after for the rounds since the last report: those whose report was missed,
    /// and those that did not count. Earlier ones could have been brought by that report. There is room for 20, however
    /// many rounds did not count: that bounds what a halt can leave behind.
    fn check_late_tickets(report: &Report) -> Result<(), Error<T>> {
        let late = &report.header.late_tickets;
        if late.is_empty() {
            return Ok(());
        }
        let last = Commitments::<T>::get(report.verifier).map(|(round, _)| round);
        let oldest = <Self as CurrentRound>::carried_from(report.round);
        let missed = |round: Round| {
            round < report.round && round >= oldest && last.is_none_or(|last| round > last)
        };
        ensure!(
            ascending(late.iter().map(|entry| entry.round))
                && late.iter().all(|entry| missed(entry.round)),
            Error::<T>::LateTicketsNotMissed
        );
        ensure!(
            late.iter()
                .all(|entry| fits(entry.tickets.count, &entry.tickets.root)),
            Error::<T>::HeaderInconsistent
        );
        Ok(())
    }

    /// Whether the report reveals what the one before committed to. One after a missed report can't.
    fn check_reveal(report: &Report, before: Option<Round>) -> Result<bool, Error<T>> {
        let committed = Commitments::<T>::get(report.verifier);
        let Some(preimage) = report.reveal else {
            return Ok(false);
        };
        let (_, commitment) = committed
            .filter(|(round, _)| Some(*round) == before)
            .ok_or(Error::<T>::NothingToReveal)?;
        let revealed = draw::commitment::<HostHasher>(&preimage);
        ensure!(revealed == commitment, Error::<T>::WrongPreimage);
        ensure!(
            report.commitment != commitment,
            Error::<T>::CommitmentReused
        );
        Ok(true)
    }

    /// Keeps an admitted report and judges its openings.
    pub(crate) fn note_report(report: Report, admitted: Admitted) {
        let Admitted {
            due,
            in_set,
            ballot,
            ..
        } = admitted;
        let verifier = report.verifier;
        if let Some(opened) = due.opened {
            Self::note_openings(&report, opened);
            if let Some(judged) = due.judged {
                Self::note_personal_opening(&report, opened, judged);
            }
        }
        Self::deposit_event(Event::Reported {
            round: report.round,
            verifier,
            views: report.header.count,
            playtime_ms: report.header.playtime_ms,
            approvals: ballot.map_or(0, |ballot| ballot.approved.count()),
        });
        if let Some(ballot) = ballot {
            Self::tell_refusals(&report, ballot.round);
        }
        Commitments::<T>::insert(verifier, (report.round, report.commitment));
        Reports::<T>::insert(
            due.header,
            verifier,
            ReportRecord {
                ballot,
                reveal: report.reveal,
                opened: Opened::Missing,
            },
        );
        if in_set {
            Self::pass_earnings_on(&report, &due);
            Self::note_header(due.header, verifier, report.header);
        }
    }

    fn note_header(round: Round, issuer: AccountId, header: Header) {
        TicketsRoots::<T>::insert(round, issuer, header.tickets);
        for late in &header.late_tickets {
            TicketsRoots::<T>::insert(late.round, issuer, late.tickets);
        }
        let count = header.count;
        Issuers::<T>::mutate(round, |issuers| {
            let place = issuers.partition_point(|entry| entry.issuer < issuer);
            // There is room for it: a set has no more members than the list places.
            let _ = issuers.try_insert(place, Issued { issuer, count });
        });
        Headers::<T>::insert(round, issuer, header);
    }

    /// Passes the vote for lifetime earnings on when it is the one that is due, and all rounds that it is about
    /// are settled.
    fn pass_earnings_on(report: &Report, due: &Due) {
        let Some(triple) = report.earnings else {
            return;
        };
        let is_due = earnings_due(report.round, EarningsInterval::<T>::get()) == Some(triple.as_of);
        // Of the rounds that have counted, these three are not settled.
        let unsettled = due.opened.or(due.judged).unwrap_or(due.header);
        if is_due && triple.as_of < unsettled && triple.version == EARNINGS_VERSION {
            T::Settlement::vote_earnings(report.verifier, triple, Self::active_in(due.header));
        }
    }
}

/// Index of an error, as its documentation gives it.
pub(crate) fn index_of<T: Config>(error: &Error<T>) -> u8 {
    error.encode().first().copied().unwrap_or(u8::MAX)
}

/// Whether a tree of `count` leaves may have `root`: without leaves it has but one.
pub(crate) fn fits(count: u32, root: &Hash32) -> bool {
    (count == 0) == (*root == merkle::empty_root::<HostHasher>())
}

fn is_empty(header: &Header) -> bool {
    header.count == 0
        && header.playtime_ms == 0
        && header.tickets.count == 0
        && header.debits.is_empty()
        && header.late_tickets.is_empty()
}

/// Whether each item is greater than the one before.
pub(crate) fn ascending<V: PartialOrd>(mut items: impl Iterator<Item = V>) -> bool {
    let Some(mut last) = items.next() else {
        return true;
    };
    items.all(|item| {
        let greater = last < item;
        last = item;
        greater
    })
}
