export { follow, isFollowing, unfollow } from './followers.js';
export { followingEndpoints } from './following-endpoints.js';
export { activityLines, type ToldChange } from './tell-people.js';
