//! Why something was refused: stable numbers for machines, words for people.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $words:literal;)*) => {
        /// Why Play Data, a ticket, a key or a session was refused. Numbers never change and are never reused.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
            DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub enum Refusal {
            $(#[doc = $words] #[codec(index = $number)] $name,)*
        }

        impl Refusal {
            /// Every refusal, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable number.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $number,)* }
            }

            /// The stable name, for logs, metrics and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// The refusal with this number.
            #[must_use]
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|refusal| refusal.code() == code)
            }
        }
    };
}

refusals! {
    Malformed = 0, "The message could not be read.";
    UnknownSession = 1, "The session is not known here; open it again.";
    InvalidDelegation = 2, "The delegation is not signed by the account that it names.";
    DelegationExpired = 3, "The delegation does not hold in this round; sign a new one.";
    UnknownVideo = 4, "There is no such video.";
    VideoNotActive = 5, "The video is restricted, withdrawn, or not two rounds old yet.";
    NotAssigned = 6, "This verifier is not one of the viewer's two in this cycle.";
    TicketOpen = 7, "Another minute of this account is still open.";
    UnknownTicket = 8, "There is no open ticket for this Play Data.";
    NotYourTicket = 9, "The Play Data belongs to another account.";
    VerifierRestarted = 10, "The verifier was restarted while the minute played.";
    BadSignature = 11, "The signature does not fit the Play Data.";
    TooEarly = 12, "The minute was finished before its playtime had passed.";
    TooLate = 13, "The minute was finished later than 1.5 times its playtime.";
    Overlap = 14, "The minute overlaps another one of the same account.";
    AlreadyEarned = 15, "This minute has earned in this cycle already.";
    BadCell = 16, "The cell is not the one that the video's record commits to.";
    BadOpenings = 17, "The opened leaves do not stand in the cell where they should.";
    BadPossession = 18, "The possession chain ends in another value.";
    BadNonce = 19, "The nonce does not meet the difficulty.";
    ReceiptsMissing = 20, "Receipts cover less than 90 % of the cell.";
    UnknownProvider = 21, "A receipt names a provider that is not registered.";
    BadReceipt = 22, "A receipt or its token is not genuine, or not for this viewer and cell.";
    TokenTooOld = 23, "A delivery token is older than 20 rounds; fetch the minute again.";
    CellTooShort = 24, "A last minute under 5 seconds plays but earns nothing.";
    QuotaExceeded = 25, "The address group has used up its quota of this round.";
    RateLimited = 26, "Too many requests; try again in a moment.";
    Rebuilding = 27, "The verifier is rebuilding its store and takes no Play Data yet.";
    NotEligible = 28, "No supervisor has approved this account as a producer.";
    UnknownUpload = 29, "The upload is not known, or is used already.";
    UnknownSources = 30, "The list of sources is not signed by a registered controller, or has expired.";
    NotPlayedThrough = 31, "The minute was paused, sought, or played at another speed.";
    NoVerifierReachable = 32, "Neither of the viewer's two verifiers can be reached; the minute plays without earning.";
    NotReady = 33, "The verifier is starting and has no set secret yet.";
    TooManySessions = 34, "The verifier has as many sessions as it may hold; try the other one.";
    UnknownView = 35, "There is no such view of this account here.";
    AddressRefused = 36, "This verifier does not serve the viewer's address with this; try another one.";
    EnhancementNotAttached = 37, "The minute names an enhancement that was not attached to the video when it began.";
    EnhancementsNotInOrder = 38, "The minute names its enhancements out of order, or one of them twice.";
    CampaignNotActive = 39, "The campaign does not exist, or is not active in this round.";
    CampaignCapReached = 40, "The viewer has seen the campaign as often as it pays for in a day.";
    AccountTooYoung = 41, "The viewer has not earned by watching for as long as the campaign asks.";
    OtherAd = 42, "The Play Data names another advertisement than its ticket is for.";
}
