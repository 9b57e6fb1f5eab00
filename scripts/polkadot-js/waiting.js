// Asks again until there is an answer.
'use strict';

const BETWEEN_MS = 500;

// The first answer of `ask` that is not undefined; an error with the sentence when there is none in time.
async function until(seconds, sentence, ask) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${sentence} within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
}

module.exports = { until };
