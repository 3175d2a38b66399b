//! Messages between controller, keeper and agents: a length, JSON, and descriptors beside it (SCM_RIGHTS).

use super::raw;
use nix::cmsg_space;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// No message is longer; reads are bounded far below it.
const LONGEST: u32 = 64 << 20;

/// At most as many descriptors go with one message: one a task of the profile.
const MOST_DESCRIPTORS: usize = 64;

/// Sends one message.
pub(super) fn send(stream: &UnixStream, message: &impl Serialize, fds: &[OwnedFd]) -> io::Result<()> {
    let payload = serde_json::to_vec(message)?;
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?.to_le_bytes();
    let raw: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&raw)];
    let control = if raw.is_empty() { &[][..] } else { &rights[..] };
    let sent =
        sendmsg::<()>(stream.as_raw_fd(), &[IoSlice::new(&length)], control, MsgFlags::MSG_NOSIGNAL, None)?;
    write_all(stream, &length[sent..])?;
    write_all(stream, &payload)
}

/// Like `Write::write_all`, but a socket without another side is an error and never SIGPIPE.
fn write_all(stream: &UnixStream, mut data: &[u8]) -> io::Result<()> {
    while !data.is_empty() {
        match nix::sys::socket::send(stream.as_raw_fd(), data, MsgFlags::MSG_NOSIGNAL) {
            Ok(count) => data = &data[count..],
            Err(nix::errno::Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

/// Receives one message; `UnexpectedEof` where the other side is gone.
pub(super) fn receive<T: DeserializeOwned>(stream: &UnixStream) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut length = [0_u8; 4];
    let (received, fds) = receive_start(stream, &mut length)?;
    if received == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut stream = stream;
    stream.read_exact(&mut length[received..])?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::other(format!("a message of {length} bytes")));
    }
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload)?;
    Ok((serde_json::from_slice(&payload)?, fds))
}

fn receive_start(stream: &UnixStream, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut control = cmsg_space!([RawFd; MOST_DESCRIPTORS]);
    let mut slices = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = loop {
        match recvmsg::<()>(stream.as_raw_fd(), &mut slices, Some(&mut control), flags) {
            Err(nix::errno::Errno::EINTR) => {}
            other => break other?,
        }
    };
    let mut fds = Vec::new();
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(raw) = control {
            fds.extend(raw.into_iter().map(raw::adopt));
        }
    }
    Ok((message.bytes, fds))
}

#[cfg(test)]
mod tests {
    use super::{receive, send};
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_message_and_its_descriptor_arrive_and_the_end_is_told() -> std::io::Result<()> {
        let (left, right) = UnixStream::pair()?;
        let (mut kept, given) = UnixStream::pair()?;
        let sender =
            std::thread::spawn(move || send(&left, &"hello".repeat(100_000), &[OwnedFd::from(given)]));
        kept.write_all(b"x")?;
        let (text, mut fds) = receive::<String>(&right)?;
        assert_eq!(text.len(), 500_000);
        let mut byte = [0];
        UnixStream::from(fds.remove(0)).read_exact(&mut byte)?;
        assert_eq!(&byte, b"x");
        assert!(sender.join().is_ok_and(|sent| sent.is_ok()));
        assert!(receive::<String>(&right).is_err());
        Ok(())
    }
}
