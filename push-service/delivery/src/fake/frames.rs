//! SETTINGS frames that a server library would not send: APNs changes its limit of streams in the middle of a
//! connection. They are put between the frames that the library writes, and their acknowledgements are taken out of
//! what it reads.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const PREFACE: usize = 24;
const HEADER: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;

/// Tells a peer how many streams it may have, and counts those that it has.
#[derive(Clone)]
pub(super) struct Limit(Arc<Mutex<Streams>>);

struct Streams {
    /// What is to be told.
    news: VecDeque<u32>,
    allowed: u32,
    open: HashSet<[u8; 4]>,
    over: Arc<AtomicUsize>,
}

impl Limit {
    /// Begins with `allowed`; streams beyond are counted in `over`.
    pub(super) fn new(allowed: u32, over: Arc<AtomicUsize>) -> Self {
        let streams = Streams { news: VecDeque::from([allowed]), allowed, open: HashSet::new(), over };
        Self(Arc::new(Mutex::new(streams)))
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the peer before the next frame that is written, if it is news.
    pub(super) fn set(&self, allowed: u32) {
        let mut streams = self.streams();
        if streams.allowed != allowed {
            streams.allowed = allowed;
            streams.news.push_back(allowed);
        }
    }

    fn came(&self, header: &[u8]) {
        let mut streams = self.streams();
        match header[3] {
            HEADERS => {
                let begins = streams.open.insert(stream(header));
                if begins && streams.open.len() > streams.allowed as usize {
                    streams.over.fetch_add(1, Ordering::SeqCst);
                }
            }
            RST_STREAM => drop(streams.open.remove(&stream(header))),
            _ => {}
        }
    }

    fn went(&self, header: &[u8]) {
        let ends = matches!(header[3], DATA | HEADERS) && header[4] & 1 == 1;
        if ends || header[3] == RST_STREAM {
            self.streams().open.remove(&stream(header));
        }
    }

    fn next(&self) -> Option<Vec<u8>> {
        let streams = self.streams().news.pop_front()?;
        // RFC 9113, section 6.5: length 6, type 4, no flags, stream 0; then setting 3 and its value.
        let mut frame = vec![0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3];
        frame.extend_from_slice(&streams.to_be_bytes());
        Some(frame)
    }
}

/// Where one direction is in its frames.
#[derive(Default)]
struct Position {
    header: Vec<u8>,
    left: usize,
}

impl Position {
    fn is_between(&self) -> bool {
        self.header.is_empty() && self.left == 0
    }

    /// How many of these bytes belong to the part that has begun.
    fn take(&self, bytes: usize) -> usize {
        bytes.min(if self.left > 0 { self.left } else { HEADER - self.header.len() })
    }

    fn pass(&mut self, bytes: &[u8], limit: &Limit) {
        if self.left > 0 {
            self.left -= bytes.len();
            return;
        }
        self.header.extend_from_slice(bytes);
        if self.header.len() == HEADER {
            limit.went(&self.header);
            self.left = length(&self.header);
            self.header.clear();
        }
    }
}

fn stream(header: &[u8]) -> [u8; 4] {
    [header[5], header[6], header[7], header[8]]
}

fn length(header: &[u8]) -> usize {
    usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2])
}

/// A stream of frames with more SETTINGS in it than its owner knows.
pub(super) struct Frames<S> {
    inner: S,
    limit: Limit,
    writing: Position,
    begun: bool,
    own: VecDeque<u8>,
    raw: Vec<u8>,
    read: VecDeque<u8>,
    preface: usize,
    acknowledged: bool,
}

impl<S> Frames<S> {
    pub(super) fn new(inner: S, limit: Limit) -> Self {
        Self {
            inner,
            limit,
            writing: Position::default(),
            begun: false,
            own: VecDeque::new(),
            raw: Vec::new(),
            read: VecDeque::new(),
            preface: PREFACE,
            acknowledged: false,
        }
    }

    /// Moves what is complete from `raw` to `read`, without the acknowledgements of our own frames. The first is the
    /// library's.
    fn sort(&mut self) {
        let preface = self.preface.min(self.raw.len());
        self.read.extend(self.raw.drain(..preface));
        self.preface -= preface;
        while self.preface == 0 && self.raw.len() >= HEADER {
            let whole = HEADER + length(&self.raw);
            if self.raw.len() < whole {
                return;
            }
            let frame: Vec<u8> = self.raw.drain(..whole).collect();
            self.limit.came(&frame);
            let acknowledges = frame[3] == SETTINGS && frame[4] & 1 == 1;
            if !(acknowledges && self.acknowledged) {
                self.read.extend(frame);
            }
            self.acknowledged |= acknowledges;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Frames<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.read.is_empty() {
            let mut space = [0; 4096];
            let mut buffer = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.raw.extend_from_slice(buffer.filled());
            self.sort();
        }
        let bytes = out.remaining().min(self.read.len());
        let taken: Vec<u8> = self.read.drain(..bytes).collect();
        out.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Frames<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // A server's first frame is its own SETTINGS.
        if self.begun
            && self.writing.is_between()
            && self.own.is_empty()
            && let Some(frame) = self.limit.next()
        {
            self.own.extend(frame);
        }
        while !self.own.is_empty() {
            let frame: Vec<u8> = self.own.iter().copied().collect();
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &frame))?;
            self.own.drain(..written);
        }
        let part = self.writing.take(bytes.len());
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &bytes[..part]))?;
        let this = &mut *self;
        this.writing.pass(&bytes[..written], &this.limit);
        self.begun = true;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
