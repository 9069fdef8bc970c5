//! What the specification promises, over real HTTP and WebSocket: one file for each noun.

mod answer;
mod body;
mod claim;
mod code;
mod form;
mod header;
mod log;
mod login;
mod markup;
mod message;
mod number;
mod permission;
mod request;
mod restart;
mod session;
mod socket;
mod time;
mod wrong_number;
