import { Archive, CodeXml, FileCode, Image as ImageIcon, LayoutGrid, List, Table } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportLayout,
  type ExportSource,
  exportImages,
} from '../api/export.ts'
import { MenuItem } from '../components/menu.tsx'
import { useToast } from '../components/toast.tsx'
import { viewMessages } from '../messages/view-messages.ts'

const ICONS: Record<ExportFormat, ReactNode> = {
  zip: <Archive />,
  'zip-small': <ImageIcon />,
  pdf: <LayoutGrid />,
  csv: <Table />,
  html: <CodeXml />,
  json: <FileCode />,
  paths: <List />,
  xmp: <FileCode />,
}

/** Originals can be exported with and without their folders. */
const CHOICES = EXPORT_FORMATS.flatMap((format): { format: ExportFormat; layout: ExportLayout }[] => {
  const choice = { format, layout: 'folders' as const }
  return format === 'zip' ? [choice, { format, layout: 'flat' }] : [choice]
})

/** Calls a function with what is exported, possibly after a question. */
export type WithSource = (act: (source: ExportSource) => void) => void

interface ExportItemsProps {
  withSource: WithSource
  /** Size of the originals, such as “12 MB”; undefined where it is not known. */
  size?: string
}

/** The formats as items of a menu: each saves the pictures as a file. */
export function ExportItems({ withSource, size }: ExportItemsProps) {
  const { exporting: words } = viewMessages
  const toast = useToast()
  return CHOICES.map(({ format, layout }) => (
    <MenuItem
      key={`${format} ${layout}`}
      icon={ICONS[format]}
      hint={format === 'zip' && size !== undefined ? `ZIP, ${size}` : words.details[format]}
      onSelect={() =>
        withSource((source) =>
          exportImages({ format, layout }, source, (error) =>
            toast.show({ text: error?.message ?? words.failed }),
          ),
        )
      }
    >
      {layout === 'flat' ? words.flat : words.formats[format]}
    </MenuItem>
  ))
}
