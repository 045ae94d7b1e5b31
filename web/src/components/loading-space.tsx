/**
 * Stands for items that are being loaded. A menu or popover is placed above or below its button by the height with which it opens, and
 * does not move to the other side when it grows.
 */
export function LoadingSpace() {
  return <div className="h-75 w-60" />
}
