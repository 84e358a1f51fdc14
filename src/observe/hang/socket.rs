//! The other end of a socket: of the Unix kind by sock_diag(7), of TCP on this machine by /proc/net/tcp, see proc_pid_net(5).

use super::glance::text;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What is known of a socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Socket {
    /// In words.
    pub words: String,
    /// The inode of the other end, where it is on this machine.
    pub peer: Option<u64>,
    pub listens: bool,
}

/// Numbers of linux/netlink.h, linux/sock_diag.h, linux/unix_diag.h.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const UDIAG_SHOW_NAME_PEER: u32 = 5;
const UNIX_DIAG_PEER: u16 = 2;
/// TCP_LISTEN, which a Unix socket's state uses too.
const LISTEN: u8 = 10;
const HEADER: usize = 16;

/// All Unix sockets of the machine (of the network namespace), and the ends of TCP connections.
pub fn all(pid: i32) -> BTreeMap<u64, Socket> {
    let mut all = tcp(pid);
    all.extend(unix().unwrap_or_default());
    all
}

/// Asks the kernel. None where it does not answer: it may be built without.
fn unix() -> Option<BTreeMap<u64, Socket>> {
    let socket =
        socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG))
            .ok()?;
    let mut request = Vec::with_capacity(40);
    request.extend(40_u32.to_ne_bytes());
    request.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend(NLM_F_REQUEST_DUMP.to_ne_bytes());
    request.extend([0; 8]);
    // struct unix_diag_req: family, protocol, padding, states, inode, what to show, cookie.
    request.extend([libc::AF_UNIX as u8, 0, 0, 0]);
    for word in [u32::MAX, 0, UDIAG_SHOW_NAME_PEER, 0, 0] {
        request.extend(word.to_ne_bytes());
    }
    send(&socket, &request, SendFlags::empty()).ok()?;
    let mut found = BTreeMap::new();
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let (got, _) = match recv(&socket, buffer.as_mut_slice(), RecvFlags::empty()) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other.ok()?,
        };
        if read_messages(buffer.get(..got)?, &mut found)? {
            return Some(found);
        }
    }
}

/// Takes the sockets out of one answer; gives whether it was the last. None where it is no answer.
fn read_messages(mut rest: &[u8], found: &mut BTreeMap<u64, Socket>) -> Option<bool> {
    if rest.is_empty() {
        return None;
    }
    while rest.len() >= HEADER {
        let length = word(rest, 0)? as usize;
        match half(rest, 4)? {
            NLMSG_DONE => return Some(true),
            NLMSG_ERROR => return None,
            SOCK_DIAG_BY_FAMILY => {
                let _ = read_socket(rest.get(HEADER..length)?, found);
            }
            _ => {}
        }
        rest = rest.get(length.max(HEADER).next_multiple_of(4)..).unwrap_or_default();
    }
    Some(false)
}

/// struct unix_diag_msg and its attributes.
fn read_socket(message: &[u8], found: &mut BTreeMap<u64, Socket>) -> Option<()> {
    const FIXED: usize = 16;
    let (state, inode) = (*message.get(2)?, word(message, 4)?);
    let listens = state == LISTEN;
    let mut peer = None;
    let mut rest = message.get(FIXED..)?;
    while rest.len() >= 4 {
        let length = usize::from(half(rest, 0)?);
        if half(rest, 2)? == UNIX_DIAG_PEER {
            peer = word(rest, 4).map(u64::from).filter(|peer| *peer != 0);
        }
        rest = rest.get(length.max(4).next_multiple_of(4)..).unwrap_or_default();
    }
    let words = if listens { "its Unix socket" } else { "a Unix socket" };
    found.insert(u64::from(inode), Socket { words: words.to_owned(), peer, listens });
    Some(())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The TCP sockets in the network namespace of this process.
fn tcp(pid: i32) -> BTreeMap<u64, Socket> {
    let tables = ["tcp", "tcp6"].map(|table| text(&format!("/proc/{pid}/net/{table}")).unwrap_or_default());
    let rows: Vec<(SocketAddr, SocketAddr, u8, u64)> =
        tables.iter().flat_map(|table| table.lines().skip(1).filter_map(tcp_row)).collect();
    let by_ends: BTreeMap<(SocketAddr, SocketAddr), u64> =
        rows.iter().map(|(local, remote, _, inode)| ((*local, *remote), *inode)).collect();
    rows.iter()
        .filter(|(.., inode)| *inode != 0)
        .map(|(local, remote, state, inode)| {
            let listens = *state == LISTEN;
            let words = if listens {
                format!("its port {}", local.port())
            } else {
                format!("a connection to {remote}")
            };
            let peer = by_ends.get(&(*remote, *local)).copied().filter(|peer| *peer != 0 && !listens);
            (*inode, Socket { words, peer, listens })
        })
        .collect()
}

/// `sl local remote state … inode …`.
fn tcp_row(line: &str) -> Option<(SocketAddr, SocketAddr, u8, u64)> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let state = u8::from_str_radix(fields.get(3)?, 16).ok()?;
    Some((address(fields.get(1)?)?, address(fields.get(2)?)?, state, fields.get(9)?.parse().ok()?))
}

/// `0100007F:1F90`: words of four bytes as this machine has them in memory, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    if !host.is_ascii() {
        return None;
    }
    let words = (0..host.len())
        .step_by(8)
        .map(|at| Some(u32::from_str_radix(host.get(at..at + 8)?, 16).ok()?.to_ne_bytes()));
    let bytes: Vec<u8> = words.collect::<Option<Vec<_>>>()?.concat();
    let ip = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)).to_canonical(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::{address, all, read_messages, tcp_row};
    use std::collections::BTreeMap;
    use std::os::fd::AsRawFd;

    fn inode(socket: &impl AsRawFd) -> u64 {
        let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).expect("a link");
        let link = link.to_string_lossy().into_owned();
        link.trim_start_matches("socket:[").trim_end_matches(']').parse().expect("an inode")
    }

    #[test]
    fn the_two_ends_of_a_socket_find_each_other() {
        let (one, other) = std::os::unix::net::UnixStream::pair().expect("a pair");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let near =
            std::net::TcpStream::connect(listener.local_addr().expect("its address")).expect("connected");
        let (far, _) = listener.accept().expect("accepted");
        let all = all(i32::try_from(std::process::id()).expect("a pid"));
        assert_eq!(all[&inode(&one)].peer, Some(inode(&other)));
        assert_eq!(all[&inode(&other)].peer, Some(inode(&one)));
        assert_eq!(all[&inode(&near)].peer, Some(inode(&far)));
        assert_eq!(all[&inode(&far)].peer, Some(inode(&near)));
        assert!(all[&inode(&listener)].listens);
        assert!(all[&inode(&near)].words.starts_with("a connection to 127.0.0.1:"));
    }

    #[test]
    fn broken_answers_and_rows_are_no_trouble() {
        let mut found = BTreeMap::new();
        for length in 0..64 {
            for fill in [0, 1, 20, 255] {
                let _ = read_messages(&vec![fill; length], &mut found);
            }
        }
        assert!(address("0100007F:1F90").is_some());
        for row in
            ["", "0: 1 2 3", "0: 0100007F:1F90 00000000:0000 0A a b c d e x", "0: é:1 é:1 0A a b c d e 5"]
        {
            assert_eq!(tcp_row(row), None, "{row:?}");
        }
    }
}
