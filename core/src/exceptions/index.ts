export { exceptionApi, registerExceptionJobs, registerExceptions } from './register.js';
