import { type Box, clamp, heightOf, middleOf, union, type Vector, widthOf } from './geometry.ts'
import { SHEET_UNITS } from './stroke.ts'

export interface Size {
  width: number
  height: number
}

/** Which part of the sheet a pane shows: relative to the fitting view, so that it survives a change of the pane's size. */
export interface Camera {
  /** 1 shows the whole drawing. */
  zoom: number
  /** The place of the sheet in the middle of the pane; undefined for the middle of the drawing. */
  centre: Vector | undefined
}

/** From units of the sheet to pixels of the pane: multiplied by `scale`, then moved. */
export interface View {
  scale: number
  x: number
  y: number
}

export const FITTING: Camera = { zoom: 1, centre: undefined }
export const [MIN_ZOOM, MAX_ZOOM] = [0.25, 8]
const HOME: Box = { left: 0, top: 0, right: SHEET_UNITS, bottom: SHEET_UNITS }

/** Area of the fitting view: the home square, and ink beyond it. */
export function fittedBox(ink: Box | undefined): Box {
  return union(HOME, ink)!
}

/** @param fitted what `zoom` 1 shows as a whole */
export function viewOf({ zoom, centre }: Camera, { width, height }: Size, fitted: Box): View {
  const scale = Math.min(width / widthOf(fitted), height / heightOf(fitted)) * zoom
  const [x, y] = centre ?? middleOf(fitted)
  return { scale, x: width / 2 - x * scale, y: height / 2 - y * scale }
}

export function toSheet({ scale, x, y }: View, [px, py]: Vector): Vector {
  return [(px - x) / scale, (py - y) / scale]
}

export function toScreen({ scale, x, y }: View, [ux, uy]: Vector): Vector {
  return [ux * scale + x, uy * scale + y]
}

/** Zooms and moves: what was under `from` comes under `to`. */
export function dragged(
  camera: Camera,
  size: Size,
  fitted: Box,
  { from, to, factor = 1 }: { from: Vector; to: Vector; factor?: number },
): Camera {
  const held = toSheet(viewOf(camera, size, fitted), from)
  const zoom = clamp(camera.zoom * factor, MIN_ZOOM, MAX_ZOOM)
  const { scale } = viewOf({ zoom, centre: undefined }, size, fitted)
  const centre: Vector = [
    held[0] + (size.width / 2 - to[0]) / scale,
    held[1] + (size.height / 2 - to[1]) / scale,
  ]
  return { zoom, centre }
}

export function zoomedAt(camera: Camera, size: Size, fitted: Box, at: Vector, factor: number): Camera {
  return dragged(camera, size, fitted, { from: at, to: at, factor })
}

export function isSameView(a: View, b: View): boolean {
  return a.scale === b.scale && a.x === b.x && a.y === b.y
}
