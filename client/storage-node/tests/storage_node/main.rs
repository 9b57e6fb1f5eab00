//! The storage node against real files, real sockets and real processes.

mod chain;
mod crashes;
mod damage;
mod delivering;
mod encrypted;
mod full_disk;
mod linked;
mod moving;
mod quota;
mod relayed;
mod several_controllers;
mod sharing;
mod signs_of_life;
mod taking_in;
mod token_keys;
mod tokens;
mod transfers;
mod verifier;
mod world;
