//! A viewer's connection to the controller.

use std::time::Instant;

use chainflix_controller::protocol::CellRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;

/// A connection on which one request after the other is made.
pub(crate) struct Asker {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Asker {
    pub(crate) async fn new(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::new(),
        })
    }

    /// The body of the answer to a request for `path`, whose status is to be 200.
    pub(crate) async fn get(&mut self, path: &str) -> Result<&[u8], Failure> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: controller\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection was closed".into());
            }
            let Some(end) = self.answer.windows(4).position(|at| at == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.answer[..end])?.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.ok_or("an answer without a length")?.parse()?;
            if self.answer.len() < end + 4 + length {
                continue;
            }
            if !head.starts_with("http/1.1 200") {
                return Err(String::from_utf8_lossy(&self.answer).into());
            }
            return Ok(&self.answer[end + 4..end + 4 + length]);
        }
    }

    /// Asks who serves each of `cells`. How long each answer took, in s.
    pub(crate) async fn choices(&mut self, cells: &[CellRef]) -> Result<Vec<f64>, Failure> {
        let mut each = Vec::with_capacity(cells.len());
        for cell in cells {
            let path = format!(
                "/v1/sources/{}/{}/{}",
                cell.video, cell.rendition, cell.cell
            );
            let began = Instant::now();
            self.get(&path).await?;
            each.push(began.elapsed().as_secs_f64());
        }
        Ok(each)
    }
}
