'use strict';

const assert = require('node:assert/strict');
const { randomAsHex } = require('@polkadot/util-crypto');
const { account, keyOf } = require('../accounts');
const { CFX, MINING_RATIO, ROUNDS_UNTIL_EFFECT, WHOLE_RATIO } = require('../chain');
const { finalized, outcome } = require('../transactions');
const { view } = require('../view-functions');
const { until } = require('../waiting');

const KEY_EPOCH = 0;

// Cells of 60, 60 and 11 s, under a title whose letters take one, two and three bytes.
const newVideo = () => ({
  magnet: randomAsHex(32),
  title: 'Sommer in Zürich, 夏',
  totalPlaytimeMs: 131_000,
  renditions: 1,
  manifestRoot: randomAsHex(32),
  ratio: MINING_RATIO,
  keyEpoch: KEY_EPOCH,
  uploadId: randomAsHex(16),
});

const publication = (api, video) => api.tx.videos.publish(...Object.values(video));

// The preset's producer applies, and its supervisor approves it.
async function approve(api, producer, supervisor) {
  const dossier = randomAsHex(32);
  await finalized(api.tx.supervisors.apply(supervisor.address, dossier), producer);
  const application = (await api.query.supervisors.applications(producer.address)).unwrap();
  assert.equal(application.supervisor.toString(), supervisor.address);
  assert.equal(application.dossierHash.toHex(), dossier);
  assert.ok(application.state.isOpen, `the application is ${application.state}`);

  await finalized(api.tx.supervisors.decide(producer.address, 'Approve'), supervisor);
  const approval = (await api.query.supervisors.approvals(producer.address)).unwrap();
  assert.equal(approval.supervisor.toString(), supervisor.address);
  assert.equal(approval.dossierHash.toHex(), dossier);
}

// Everything that was said when publishing, as Apps shows it in the record.
function assertTerms(terms, video, producer, supervisor) {
  assert.equal(terms.producer.toHex(), keyOf(producer));
  assert.equal(terms.supervisor.toHex(), keyOf(supervisor), 'the supervisor is the one that approved the producer');
  assert.equal(terms.title.toUtf8(), video.title);
  assert.equal(terms.totalPlaytimeMs.toNumber(), video.totalPlaytimeMs);
  assert.equal(terms.renditions.toNumber(), video.renditions);
  assert.equal(terms.manifestRoot.toHex(), video.manifestRoot);
  assert.equal(terms.keyEpoch.toNumber(), video.keyEpoch);
  assert.equal(terms.uploadId.toHex(), video.uploadId);
  const ratio = Object.fromEntries([...terms.ratio.entries()].map(([role, share]) => [role, share.toNumber()]));
  assert.deepEqual(ratio, MINING_RATIO);
  assert.equal(Object.values(ratio).reduce((sum, share) => sum + share), WHOLE_RATIO);
}

module.exports = {
  claim: 'a video is published by an approved producer, and shown as it was published',
  async run(api) {
    const [producer, supervisor] = [account('//Producer'), account('//Supervisor')];
    const balance = async (at = api) => (await at.query.system.account(producer.address)).data;
    await until(60, 'the verifiers did not share a set secret, from which keys of videos are derived', async () => {
      const secret = await api.query.authorities.setSecrets(KEY_EPOCH);
      return (secret.isSome && secret.unwrap().inForce.isTrue) || undefined;
    });

    const video = newVideo();
    const early = await outcome(publication(api, video), producer);
    assert.equal(early.refused, 'videos.NotEligible', 'only an approved producer publishes');
    assert.ok((await api.query.videos.videos(video.magnet)).isNone, 'nothing is left of a refused publication');
    await approve(api, producer, supervisor);

    const { hash, events } = await finalized(publication(api, video), producer);
    const [at, before] = await Promise.all([
      api.at(hash),
      api.rpc.chain.getHeader(hash).then((header) => api.at(header.parentHash)),
    ]);
    const fromRound = (await at.query.pov.progress()).round.toNumber() + ROUNDS_UNTIL_EFFECT;

    // The record in storage.
    const record = (await api.query.videos.videos(video.magnet)).unwrap();
    assertTerms(record.terms, video, producer, supervisor);
    assert.equal(record.terms.fromRound.toNumber(), fromRound);
    assert.equal(record.states.length, 1);
    assert.equal(record.states[0].fromRound.toNumber(), fromRound);
    assert.ok(record.states[0].state.isActive);

    // The event.
    const told = events.find((event) => api.events.videos.VideoPublished.is(event));
    assert.ok(told, 'the publication is reported as an event');
    assert.equal(told.data.magnet.toHex(), video.magnet);
    assert.equal(told.data.producer.toString(), producer.address);
    assert.equal(told.data.fromRound.toNumber(), fromRound);

    // The view functions.
    const terms = await view(api, 'Videos', 'video', [video.magnet]);
    assert.equal(terms.unwrap().toHex(), record.terms.toHex());
    assert.ok((await view(api, 'Videos', 'video', [randomAsHex(32)])).isNone, 'no video that nobody published');
    const state = (round) => view(api, 'Videos', 'video_state', [video.magnet, round]);
    assert.ok((await state(fromRound)).unwrap().isActive);
    assert.ok((await state(fromRound - 1)).isNone, 'no view counts before its first round');
    const listed = await view(api, 'Videos', 'videos_of', [producer.address, 0, 100]);
    assert.deepEqual(listed.map(([number, magnet]) => [number.toNumber(), magnet.toHex()]), [
      [record.listing.toNumber(), video.magnet],
    ]);

    // What it holds is what was announced.
    const titleBytes = Buffer.byteLength(video.title, 'utf8');
    const announced = (await view(api, 'Videos', 'publish_deposit', [titleBytes])).unwrap().toBigInt();
    const held = (await balance(at)).reserved.toBigInt() - (await balance(before)).reserved.toBigInt();
    assert.equal(held, announced, 'publishing holds what the view function says');
    assert.ok(held > CFX / 100n && record.deposit.toBigInt() < held, 'the record and the mark of the upload are held for');

    const again = await outcome(publication(api, { ...video, uploadId: randomAsHex(16) }), producer);
    assert.equal(again.refused, 'videos.AlreadyPublished');

    return [
      `"${record.terms.title.toUtf8()}", ${record.terms.totalPlaytimeMs.toNumber() / 1000} s, magnet ${video.magnet}`,
      `of ${producer.address}, approved by ${supervisor.address}, from round ${fromRound} on, deposit ${held} units`,
      `mining ratio ${record.terms.ratio}`,
    ];
  },
};
