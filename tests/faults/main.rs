//! What no kill, no failing system call, no full disk and no crowd may do to a store: the real program, at
//! every place where it changes the disk.

mod calls;
mod crowd;
mod full_disk;
mod injected;
mod killed;
mod project;
