import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Collections } from '@clew/service-kit/collections';
import { Journals, KEPT_MS } from './journals.ts';

function open(channelsMax = 3) {
  const collections = new Collections();
  const journals = new Journals(collections, channelsMax);
  const report = () => collections.report()[0]!;
  return { journals, report };
}

suite('the journals of an edge', () => {
  test('are kept while a trunk leads to the match, and not when nobody is in it any more', () => {
    const { journals, report } = open();
    const journal = journals.open('m-1');
    assert.equal(journals.open('m-1'), journal);
    journals.close('m-1', false);
    journals.sweep(Number.POSITIVE_INFINITY);
    assert.equal(journals.of('m-1'), journal);
    journals.close('m-1', false);
    assert.equal(report().size, 0);
  });

  test('outlive a trunk that broke, for a while', () => {
    const { journals, report } = open();
    const journal = journals.open('m-1');
    journals.close('m-1', true);
    journals.sweep(performance.now() + KEPT_MS / 2);
    assert.equal(journals.of('m-1'), journal);
    assert.equal(journals.open('m-1'), journal, 'players that are back by another trunk go on with it');
    journals.close('m-1', true);
    journals.sweep(performance.now() + KEPT_MS + 1);
    assert.deepEqual([report().size, report().orphans], [0, 0]);
  });

  test('make room for those of matches that are played', () => {
    const { journals, report } = open(2);
    journals.open('m-1');
    journals.close('m-1', true);
    journals.open('m-2');
    journals.open('m-3');
    assert.equal(journals.of('m-1'), undefined);
    assert.deepEqual([report().size, report().bound], [2, 2]);
  });
});
