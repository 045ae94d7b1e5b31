import { ACCEPTED } from './picture-file.ts'

interface FileInputProps {
  ref: React.Ref<HTMLInputElement>
  label: string
  testId: string
  isMultiple?: boolean
  onFiles: (files: File[]) => void
}

/** Opened by a button that looks better. */
export function FileInput({ ref, label, testId, isMultiple = false, onFiles }: FileInputProps) {
  return (
    <input
      ref={ref}
      type="file"
      accept={ACCEPTED}
      multiple={isMultiple}
      hidden
      aria-label={label}
      data-testid={testId}
      onChange={(event) => {
        onFiles([...(event.target.files ?? [])])
        event.target.value = ''
      }}
    />
  )
}
