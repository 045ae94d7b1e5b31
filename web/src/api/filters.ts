/** Filters of a list or a search. */
export interface Filters {
  name_contains?: string | undefined
  directory?: string | undefined
  recursive?: boolean | undefined
  /** In titles, captions and keywords, too. */
  text_contains?: string | undefined
  content_type_contains?: string | undefined
  /** Times without a zone are compared with the clock of the camera. */
  captured_min?: string | undefined
  captured_max?: string | undefined
  collection?: string | undefined
  starred?: boolean | undefined
  camera_contains?: string | undefined
  rating_min?: number | undefined
  latitude_min?: number | undefined
  latitude_max?: number | undefined
  longitude_min?: number | undefined
  longitude_max?: number | undefined
}
