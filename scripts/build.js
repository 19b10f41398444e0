import { prepare } from './setup/prepare.js';

await prepare({ tests: process.argv.includes('--tests') });
