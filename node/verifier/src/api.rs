//! The API for players and producers: JSON-RPC over WebSocket and HTTP, on a port of its own.
//!
//! | method | gives |
//! |---|---|
//! | `verifier_info` | account, keys, round, whether it serves |
//! | `verifier_openSession(hex)` | id of a session, for a SCALE `OpenSession` |
//! | `verifier_call(id, number, hex)` | the sealed reply to a sealed `Request` |
//! | `verifier_claimProof(account, as_of?)` | proof with which lifetime earnings are claimed |
//! | `verifier_earnings(account)` | lifetime earnings |
//! | `verifier_providerKey(index)` | a provider's token key, sealed to the provider |
//! | `verifier_plays(hex)` | plays by cell of a settled view block, for a registered controller's SCALE `SignedPlaysRequest` |
//! | `verifier_absences(hex)` | neighbours of a missing view in its issuer's blocks, for a SCALE `AbsencesRequest` |
//! | `verifier_signOfLife(hex)` | the period in which a storage node was seen, for its SCALE `SignedSignOfLife` |
//! | `verifier_subscribeViews(id, number, hex)` | what happens to the account's views, sealed |
//! | `verifier_subscribeRounds(after?)` | what is reported, judged and settled, round by round |
//! | `rpc.discover` | the description of all this, in OpenRPC |
//!
//! Binary is hex without prefix; with `0x` it is understood too. Accounts are 32 bytes in hex. A refusal outside of a
//! session is a JSON-RPC error with code 1000 + the refusal's number, its words as message and its name as data.

mod absences;
pub(crate) mod address;
pub(crate) mod calls;
mod description;
pub(crate) mod limits;
mod methods;
mod plays;
mod server;
pub(crate) mod session;
mod subscriptions;

pub(crate) use self::server::{ApiServer, bind, serve};
