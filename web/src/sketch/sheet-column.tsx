import { messages } from '../messages.ts'
import { SketchPanel, type SketchPanelProps } from './sketch-panel.tsx'

type SheetColumnProps = Pick<SketchPanelProps, 'sketch' | 'onChange' | 'onLive' | 'isFull' | 'setFull'>

/** The sheet in the column beside the results. */
export function SheetColumn(props: SheetColumnProps) {
  return (
    <div className={props.isFull ? 'fixed inset-0 z-20' : 'relative h-[36dvh] flex-1 lg:h-120 lg:flex-none'}>
      <SketchPanel
        {...props}
        layout={innerWidth < 640 ? 'phone' : 'side'}
        hasKeys
        empty={<p className="grid h-full place-items-center px-8 text-center">{messages.sketch.empty}</p>}
      />
    </div>
  )
}
