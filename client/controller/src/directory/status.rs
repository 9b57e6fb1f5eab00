//! What there is to see of nodes and videos.

use chainflix_primitives::Magnet;

use super::Directory;
use super::video::Video;
use crate::popularity::{FULL_PERMILLE, RenditionRef, thousandths};
use crate::protocol::{NodeStatus, Overview, Popular, VideoStatus};
use crate::registry::Registration;

/// Renditions on the list of what is asked for most.
const POPULAR: usize = 20;

impl Directory {
    /// Nodes by index.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeStatus> {
        let now = self.now_ms();
        let stream_rate = self.fleet.stream_rate;
        let nodes = self.nodes.values();
        let status = |node: &super::Node| NodeStatus {
            needed: self.needed(node),
            ..node.status(now, stream_rate)
        };
        nodes.map(status).collect()
    }

    /// One node.
    #[must_use]
    pub fn node(&self, provider: u32) -> Option<NodeStatus> {
        let node = self.nodes.get(&provider)?;
        Some(NodeStatus {
            needed: self.needed(node),
            ..node.status(self.now_ms(), self.fleet.stream_rate)
        })
    }

    /// Cells of a node that will leave for which it is still needed.
    fn needed(&self, node: &super::Node) -> u32 {
        let needed = node.leaving.then(|| self.needed_of(node.provider));
        u32::try_from(needed.unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// What the dashboard shows, apart from the last moves.
    #[must_use]
    pub fn overview(&self) -> Overview {
        let now = self.now_ms();
        let stream_rate = self.fleet.stream_rate;
        let (mut used, mut capacity, mut highest_load) = (0u64, 0u64, 0u64);
        let (mut silent, mut busy) = (0u32, 0u32);
        for node in self.nodes.values().filter(|node| !node.shares) {
            if !node.is_offered(now) {
                silent = silent.saturating_add(u32::from(!node.inventory.is_empty()));
                continue;
            }
            let load = node.load(stream_rate);
            used = used.saturating_add(node.upload().saturating_mul(load) / 1_000);
            capacity = capacity.saturating_add(node.upload());
            highest_load = highest_load.max(load);
            busy = busy.saturating_add(u32::from(load >= FULL_PERMILLE));
        }
        let load = used.saturating_mul(1_000).checked_div(capacity);
        let coming: usize = self.promises.values().map(Vec::len).sum();
        let alarms = [
            (
                self.short_cells(),
                "cells have fewer copies than are always kept",
            ),
            (silent, "nodes that hold cells are not there"),
            (busy, "nodes are as busy as their lines allow"),
        ];
        let alarms = alarms.into_iter().filter(|(count, _)| *count > 0);
        Overview {
            nodes: self.offered_nodes(),
            videos: self.video_count(),
            short_cells: self.short_cells(),
            coming: u32::try_from(coming).unwrap_or(u32::MAX),
            load: load.unwrap_or(0),
            highest_load,
            free_permille: self.fleet.figures.free_permille,
            popular: self.popular(),
            moves: Vec::new(),
            alarms: alarms
                .map(|(count, what)| format!("{count} {what}"))
                .collect(),
        }
    }

    /// What is asked for most.
    fn popular(&self) -> Vec<Popular> {
        let most = self.popularity.most_asked(POPULAR, self.now_ms());
        let told = most.into_iter().filter_map(|(rendition, standing)| {
            let RenditionRef { video, rendition } = rendition;
            let [_, slow] = standing.plays_per_minute;
            Some(Popular {
                video,
                title: self.videos.get(&video)?.known.manifest.title.clone(),
                rendition,
                plays_per_minute_milli: thousandths(slow),
                streams: standing.streams,
                crowd: standing.crowd,
                wanted: standing.wanted,
            })
        });
        told.collect()
    }

    /// Number of renditions that a crowd watches.
    #[must_use]
    pub fn crowds(&self) -> u32 {
        self.popularity.crowds()
    }

    /// Number of nodes that are offered.
    #[must_use]
    pub fn offered_nodes(&self) -> u32 {
        let now = self.now_ms();
        let nodes = self.nodes.values().filter(|node| !node.shares);
        let offered = nodes.filter(|node| node.is_offered(now));
        u32::try_from(offered.count()).unwrap_or(u32::MAX)
    }

    /// Number of videos.
    #[must_use]
    pub fn video_count(&self) -> u32 {
        u32::try_from(self.videos.len()).unwrap_or(u32::MAX)
    }

    /// Number of cells that have fewer copies than are wanted.
    #[must_use]
    pub fn short_cells(&self) -> u32 {
        u32::try_from(self.short.len()).unwrap_or(u32::MAX)
    }

    /// At most `limit` videos above `after`, by magnet.
    #[must_use]
    pub fn videos(&self, after: Option<Magnet>, limit: usize) -> Vec<VideoStatus> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.videos
            .range((from, Bound::Unbounded))
            .take(limit)
            .map(|(magnet, video)| self.status_of(*magnet, video))
            .collect()
    }

    /// One video.
    #[must_use]
    pub fn video(&self, magnet: &Magnet) -> Option<VideoStatus> {
        self.videos
            .get(magnet)
            .map(|video| self.status_of(*magnet, video))
    }

    fn status_of(&self, magnet: Magnet, video: &Video) -> VideoStatus {
        let now = self.now_ms();
        let manifest = &video.known.manifest;
        let copies = video
            .cells(magnet)
            .map(|cell| {
                let holders = self.offered_holders(&cell, now);
                holders.filter(|node| !node.shares).count()
            })
            .min()
            .unwrap_or(0);
        let rendition_bytes = manifest.renditions.iter().map(|rendition| {
            let cells = rendition.cells.iter();
            cells.map(|cell| u64::from(cell.entry.bytes)).sum::<u64>()
        });
        let largest = rendition_bytes.clone().max().unwrap_or(0);
        VideoStatus {
            video: magnet,
            title: manifest.title.clone(),
            producer: manifest.producer,
            total_playtime_ms: manifest.total_playtime_ms,
            bytes: rendition_bytes.sum(),
            throttle_bytes_per_second: largest
                .saturating_mul(1_000)
                .checked_div(u64::from(manifest.total_playtime_ms))
                .unwrap_or(0),
            cells: manifest.entry_count(),
            copies: u32::try_from(copies).unwrap_or(u32::MAX),
            registered: video.registration == Registration::Active,
        }
    }
}
