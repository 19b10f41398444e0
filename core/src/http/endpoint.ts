export type {
  Method,
  Endpoint,
  EndpointInput,
  EndpointDescription,
  EndpointRequest,
  EndpointResponse,
} from '../kernel/generation.js';
