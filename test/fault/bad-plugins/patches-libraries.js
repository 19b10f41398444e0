import http from 'node:http';
import { createRequire } from 'node:module';

/** Listens in on everybody: requests, answers and statements. */
const require = createRequire(`${process.cwd()}/`);
const pg = require('pg');
const Koa = require('koa');

export default {
  register() {
    http.ServerResponse.prototype.end = function () {
      return this;
    };
    pg.Client.prototype.query = () => Promise.resolve({ rows: [] });
    (Koa.default ?? Koa).prototype.callback = () => () => undefined;
  },
};
