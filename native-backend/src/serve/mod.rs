//! `drydock serve`: the workbench, from inside this program, for browsers on this machine.
//!
//! * `page` is the table of files that `build.rs` put in
//! * `answer` is the pure function from a request to an answer
//! * here are the socket and what can go wrong with it
//!
//! Nothing on the host can be reached through it: it answers from a fixed table, on loopback only.

mod answer;
mod page;

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::serve::page::Page;

/// What a person may choose.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
}

/// Why the workbench can't be served; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `DRYDOCK_PAGE` was not set when the program was compiled.
    #[error(
        "this drydock was built without the page. `cargo xtask serve`, in Drydock's source folder, \
         builds one with it and serves it; `cargo xtask build` only builds it"
    )]
    NoPage,
    /// Somebody else listens there.
    #[error(
        "port {port} of 127.0.0.1 is in use, maybe by another `drydock serve`. End that one, \
         or take another port with `--port {}`, or any free one with `--port 0`",
        .port.checked_add(1).unwrap_or(8080)
    )]
    PortTaken {
        /// The port asked for.
        port: u16,
    },
    /// Ports below 1024 belong to root.
    #[error("port {port} is not allowed for this user. Take one from 1024 on: `--port 8080`")]
    PortForbidden {
        /// The port asked for.
        port: u16,
    },
    /// The system refused for another reason.
    #[error("could not listen on 127.0.0.1, port {port}: {source}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The event loop could not be started.
    #[error("could not start the server: {0}")]
    Start(io::Error),
}

/// Serves until the process is ended. Prints the address once it answers there.
///
/// # Errors
///
/// See [`Error`]; nothing is printed then.
pub fn run(options: &Options) -> Result<(), Error> {
    let page = Page::embedded().ok_or(Error::NoPage)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(Error::Start)?;
    runtime.block_on(async {
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(Error::Start)?;
        println!("http://{address}");
        loop {
            // A connection that broke before it was accepted is no reason to end.
            if let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve_connection(connection, page.clone()));
            }
        }
    })
}

async fn listen(port: u16) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortTaken { port },
        io::ErrorKind::PermissionDenied => Error::PortForbidden { port },
        _ => Error::Listen { port, source },
    })
}

async fn serve_connection(connection: tokio::net::TcpStream, page: Page) {
    let service = service_fn(|request| {
        let answer = answer::answer(&page, &request);
        async { Ok::<_, Infallible>(answer) }
    });
    // It ends with an error when the browser goes away, which is its right.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}

#[cfg(test)]
mod tests {
    use super::{Error, listen};

    #[tokio::test]
    async fn a_taken_port_is_named_with_advice() -> Result<(), Box<dyn std::error::Error>> {
        let first = listen(0).await?;
        let port = first.local_addr()?.port();
        let error = listen(port).await.err();
        assert!(matches!(error, Some(Error::PortTaken { port: taken }) if taken == port));
        assert!(error.is_some_and(|error| error.to_string().contains("--port 0")));
        Ok(())
    }
}
