//! The storage node against real files, real sockets and real processes.

mod crashes;
mod damage;
mod quota;
mod taking_in;
mod tokens;
mod world;
