import { expect } from 'chai';
import { foldText, foldWrittenOut } from '../../../dist/records/search/fold-text.js';
import { gramsOf, runsOf, wordsOf } from '../../../dist/records/search/words.js';

describe('texts as search compares them', () => {
  it('are lower case and without accents, ligatures and compatible forms', () => {
    expect(foldText('MÜLLER & Søn, Straße Œuvre Łódź Ａcme')).to.equal('muller & son, strasse oeuvre lodz acme');
    expect(foldWrittenOut('Müller & Søn')).to.equal('mueller & soen');
  });

  it('keep the signs of scripts whose marks are letters', () => {
    expect(foldText('が한국हिन्दी')).to.equal('が한국हिन्दी'.normalize('NFC'));
  });

  it('are words, and runs of scripts without blanks', () => {
    expect(runsOf('anna-maria o’brien 株式会社acme 2.0').map(({ text }) => text)).to.deep.equal([
      'anna',
      'maria',
      'o',
      'brien',
      '株式会社',
      'acme',
      '2',
      '0',
    ]);
  });

  it('are found by each character and each pair of such a run', () => {
    expect(gramsOf('東京都')).to.deep.equal(['東', '京', '都', '東京', '京都']);
  });

  it('are found by umlauts written both ways, each word once', () => {
    expect(wordsOf(['Müller müller', 'Anna'])).to.deep.equal(['muller', 'mueller', 'anna']);
  });

  it('stay within what PostgreSQL takes', () => {
    const words = wordsOf([Array.from({ length: 9000 }, (_, index) => `w${index}`).join(' '), 'x'.repeat(5000)]);

    expect(words.length).to.be.at.most(5000);
    expect(Math.max(...words.map((word) => word.length))).to.be.at.most(100);
  });
});
