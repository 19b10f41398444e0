export { follow, isFollowing, unfollow } from './followers.js';
export { followingEndpoints } from './following-endpoints.js';
export { tellOfActivity } from './tell-people.js';
